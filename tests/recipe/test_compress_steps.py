"""Compression steps that contradict each other are refused with the recipe."""

from __future__ import annotations

import pytest

from tfbert_edge.recipe import load_recipe


def test_load_recipe_with_steps_that_undo_each_other_says_so_before_anything_runs(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: distill_outputs}\n"
        "  - {method: quantize_aware}\n"
        "  - {method: prune_heads, amount: 0.5}\n"
        "  - {method: prune_heads, amount: 0.5}\n"
        "  - {method: prune_neurons, amount: 1.0}\n"
    )

    (share,) = mistakes(write(text))
    own, undone, twice = mistakes(write(text.replace("1.0", "0.9")))

    assert share == "R:10:29: compress.4.amount: must be below 1, was 1.0"
    assert "compress.1: quantize_aware must be the last step" in undone
    assert "compress.3: prune_heads follows prune_heads: make them one step" in twice
    assert "compress.0: distill_outputs would teach the fine-tuned network what it is" in own


def test_load_recipe_with_options_that_nothing_would_read_names_what_they_are_for(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "export: {forms: [int8, int4]}\n"
        "compress:\n"
        "  - {method: prune_layers, keep: 2, examples: 64}\n"
        "  - {method: replace_blocks, heads: 2, examples: 64}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: mixed_precision, int4_share: 0.5, by: loss, draws: 4}\n"
        "  - {method: quantize_aware}\n"
    )
    used = {
        "keep: 2,": "keep: 2, choice: greedy,",
        "heads: 2,": "heads: 2, activation: relu,",
        "by: loss": "by: hessian",
    }

    layers, blocks, draws = mistakes(write(text))
    for place, better in used.items():
        text = text.replace(place, better)

    assert "compress.0.examples: is of use with choice: greedy alone" in layers
    assert "compress.1.examples: is of use with normalization: no_norm or activation alone" in blocks
    assert "compress.3.draws: is of use with by: hessian alone" in draws
    assert len(load_recipe(write(text)).compress) == 5


def test_load_recipe_with_replaced_pieces_whose_labels_would_train_says_so(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress: [{method: quantize_aware, replace_pieces: 0.1, task_weight: 0.5}]\n"
    )

    (mistake,) = mistakes(write(text))

    assert "compress.0.replace_pieces: makes other texts, whose labels nobody knows" in mistake
    assert load_recipe(write(text.replace("0.5", "0.0"))).compress[0].replace_pieces == 0.1


def test_load_recipe_with_steps_that_cannot_learn_says_so_before_anything_runs(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_heads, amount: 0.5}\n"
        "  - {method: distill_outputs, task_weight: 0, distill_weight: 0}\n"
        "  - {method: distill_layers, attention_weight: 1}\n"
        "  - {method: distill_layers, embedding_weight: 0, hidden_weight: 0, distill_weight: 0}\n"
    )

    outputs, heads, hidden = mistakes(write(text))

    assert "compress.1: nothing to learn: one of task_weight, distill_weight, cosine_weight" in outputs
    assert "compress.2.attention_weight: compares heads one by one" in heads
    assert "compress.3: nothing to learn: one of task_weight, distill_weight, embedding_weight" in hidden


def test_load_recipe_that_factorizes_twice_or_nothing_says_so(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: factorize_embeddings, size: 64}\n"
        "  - {method: factorize_embeddings, size: 0}\n"
    )

    (size,) = mistakes(write(text))
    (twice,) = mistakes(write(text.replace("size: 0", "size: 32")))

    assert "compress.1.size: must be at least 1, was 0" in size
    assert "compress.1: factorize_embeddings has been a step before" in twice


def test_load_recipe_with_blocks_that_nothing_teaches_says_so_before_anything_runs(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_heads, amount: 0.5}\n"
        "  - {method: replace_blocks, heads: 2}\n"
        "  - {method: distill_layers, attention_weight: 1}\n"
        "  - {method: replace_blocks}\n"
        "  - {method: quantize_aware}\n"
    )

    merged, compared, none, untaught = mistakes(write(text))
    (compared_merged,) = mistakes(
        write(
            text.replace("  - {method: prune_heads, amount: 0.5}\n", "").replace(
                "  - {method: replace_blocks}\n", ""
            )
        )
    )
    (kind,) = mistakes(
        write(text.replace("{method: replace_blocks}", "{method: replace_blocks, activation: gelu}"))
    )

    assert "compress.1.heads: needs layers with equal numbers of heads" in merged
    assert (
        "compress.2.attention_weight: compares heads one by one, and prune_heads has removed some" in compared
    )
    assert "compress.3: nothing to replace: give one of normalization, activation, heads" in none
    assert "compress.3: replace_blocks leaves a network that has to learn its new blocks" in untaught
    assert "and replace_blocks has merged some" in compared_merged
    assert "compress.3.activation: must be" in kind


def test_load_recipe_takes_rms_norm_without_a_teacher_but_not_behind_zeros(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: replace_blocks, normalization: rms_norm}\n"
        "  - {method: quantize_aware}\n"
    )
    pruned = text.replace("compress:\n", "compress:\n  - {method: prune_weights, sparsity: 0.5}\n")

    taken = load_recipe(write(text))
    (filled,) = mistakes(write(pruned))
    tamed = "{method: tame_activations}"
    (rewritten,) = mistakes(write(pruned.replace("{method: replace_blocks, normalization: rms_norm}", tamed)))
    (untaught,) = mistakes(write(text.replace("rms_norm", "no_norm")))
    (unread,) = mistakes(write(text.replace("rms_norm", "rms_norm, examples: 64")))

    assert taken.compress[0].normalization == "rms_norm"
    assert "compress.1.normalization: rms_norm centres the kernels" in filled
    assert "fill the zeros of prune_weights; put replace_blocks before it" in filled
    assert "compress.1: tame_activations rewrites rows of kernels, which would fill the zeros" in rewritten
    assert "has to learn its new blocks" in untaught
    assert "compress.0.examples: is of use with normalization: no_norm or activation alone" in unread


def test_load_recipe_with_a_prune_weights_step_that_contradicts_itself_says_so_before_anything_runs(
    write, mistakes
):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_weights, sparsity: 0.6, pattern: 2:4}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_weights, sparsity: 0.6, schedule: constant, end_ratio: 0.5, frequency: 3}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_weights, sparsity: 0.6, begin_ratio: 0.8}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_weights, sparsity: 0.6, exclude: ['*.query', attention.key]}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_weights, sparsity: 0.6, exclude: ['layer_*']}\n"
        "  - {method: prune_weights, sparsity: 0.6, exclude: ['layer_1?.*']}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_weights, sparsity: 0.5, pattern: 2:4, schedule: constant, embeddings: true,\n"
        "     freeze_embeddings: true}\n"
        "  - {method: factorize_embeddings, size: 8}\n"
    )

    half, once, end, frequency, begin, unknown, none, twice, *table = mistakes(write(text))

    assert "compress.0.sparsity: must be 0.5 with pattern 2:4" in half
    assert "compress.0.schedule: must be constant with pattern 2:4" in once
    assert "compress.2.end_ratio: has no effect with schedule constant" in end
    assert "compress.2.frequency: has no effect with schedule constant" in frequency
    assert "compress.4.begin_ratio: must be below end_ratio, 0.75" in begin
    assert "compress.6.exclude.1: 'attention.key' matches no kernel" in unknown
    assert "compress.8.exclude: leaves no kernel to prune" in none
    assert "compress.9: prune_weights follows prune_weights: make them one step" in twice
    filled, frozen, of_four = table
    assert "compress.11.embeddings: leaves zeros that factorize_embeddings would fill" in filled
    assert "compress.11.embeddings: prunes what freeze_embeddings keeps from healing" in frozen
    assert "compress.11.embeddings: cannot be with pattern 2:4" in of_four


def test_load_recipe_with_masks_that_cannot_prune_says_so_before_anything_runs(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_movement}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_movement, masking: soft, frequency: 3}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_movement, masking: soft, penalty: 1, threshold: 0.2, remaining: 0.5, frequency: 3}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_movement, penalty: 1, threshold: 0.2, remaining: 0.5}\n"
        "  - {method: distill_outputs}\n"
        "  - {method: prune_movement, remaining: 0.5, begin_ratio: 0.5, end_ratio: 0.5}\n"
    )
    above = text.replace("remaining: 0.5, begin", "remaining: 1.5, begin")

    hard, soft, every, both, no_penalty, no_threshold, begin = mistakes(write(text))
    (share,) = mistakes(write(above))

    assert "compress.0: masking hard needs remaining" in hard
    assert "compress.2: masking soft needs penalty" in soft
    assert "compress.2.frequency: has no effect without remaining" in every
    assert "compress.4.threshold: has no effect with remaining" in both
    assert "compress.6.penalty: has no effect with masking hard" in no_penalty
    assert "compress.6.threshold: has no effect with masking hard" in no_threshold
    assert "compress.8.begin_ratio: must be below end_ratio, 0.5" in begin
    assert "compress.8.remaining: must be below 1, was 1.5" in share


def test_load_recipe_with_a_lottery_ticket_that_is_not_the_first_step_says_so(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: lottery_ticket, sparsity: 0.5}\n"
        "  - {method: lottery_ticket, sparsity: 0.6}\n"
    )

    (late,) = mistakes(write(text))

    assert (
        "compress.1: lottery_ticket must be the first step" in late and "not from what lottery_ticket" in late
    )


@pytest.mark.parametrize(
    "step",
    [
        "{method: prune_weights, sparsity: 0.5, start: pretrained}",
        "{method: prune_movement, remaining: 0.5, start: pretrained}",
    ],
)
def test_load_recipe_that_prunes_the_pretrained_network_after_another_step_says_so(step, write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_layers, keep: 4}\n"
        f"  - {step}\n"
    )

    (late,) = mistakes(write(text))

    assert "with start: pretrained must be the first step" in late and "what prune_layers left" in late


def test_load_recipe_that_prunes_or_shares_after_sharing_says_so(write, mistakes):
    text = (
        "name: x\n"
        "task: {type: classification}\n"
        "model: {checkpoint: x}\n"
        "data: {train: {path: a.csv}, validation: {holdout: 0.1}}\n"
        "compress:\n"
        "  - {method: prune_layers, keep: 4}\n"
        "  - {method: share_layers, groups: [[0, 1], [2, 3]], init: mean}\n"
        "  - {method: prune_heads, amount: 0.5}\n"
        "  - {method: share_layers, groups: 1}\n"
    )

    pruned, shared = mistakes(write(text))
    (init,) = mistakes(write(text.replace("mean", "median")))
    zeros = text.replace("prune_layers, keep: 4", "prune_weights, sparsity: 0.5").partition(
        "  - {method: prune_heads"
    )[0]
    (undone,) = mistakes(write(zeros))
    load_recipe(write(zeros.replace("mean", "first")))

    assert "compress.2: prune_heads would take layers apart that share weights since compress.1" in pruned
    assert "compress.3: share_layers has been a step before" in shared
    assert "compress.1.init: must be one of first, mean, was 'median'" in init
    assert "compress.1.init: the mean of layers would undo the zeros of prune_weights" in undone
