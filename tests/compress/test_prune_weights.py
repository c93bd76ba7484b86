from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfbert_edge._keras import keras
from tfbert_edge.compress.kernels import PARTS, encoder_kernels, word_table
from tfbert_edge.compress.prune_weights import (
    MagnitudePruning,
    PruneWeightsSettings,
    PruningUpdates,
    pruned_groups,
    pruned_names,
    pruning_updates,
)
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features
from tfbert_edge.errors import CompressionError, RecipeError
from tfbert_edge.models.heads import build_model
from tfbert_edge.models.presets import preset
from tfbert_edge.recipe import checks_prune
from tfbert_edge.recipe.schema_prune import END_RATIO, PruneLayers, PruneNeurons, PruneWeights
from tfbert_edge.recipe.schema_share import FactorizeEmbeddings
from tfbert_edge.stages.fit import steps_must_fit
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.losses import make_loss
from tfbert_edge.training.optimizer import make_optimizer
from tfbert_edge.training.precision import precision

NAME = "layer_0.ffn.output"
# 64 examples in batches of 8: 8 updates an epoch.
UPDATES = 16


def features() -> Features:
    random = np.random.default_rng(0)
    ids = [random.integers(5, 128, length).astype(np.int32) for length in random.integers(4, 12, 64)]
    return Features(ids, [np.zeros_like(row) for row in ids], random.integers(0, 2, 64).astype(np.int32))


def tiny_model():
    keras.utils.set_random_seed(1)
    return build_model(preset("tiny"), num_outputs=2)


def kernels(model):
    return {name: variable.numpy() for name, variable in encoder_kernels(model).items()}


def train(model, settings, **training):
    hook = MagnitudePruning(model, settings, updates=UPDATES)
    fine_tune(
        model,
        loss=make_loss("softmax_cross_entropy"),
        batches=LengthBucketedBatches(features(), batch_size=8, seed=0),
        optimizer=make_optimizer(model, 1e-4),
        epochs=2,
        hooks=[hook],
        snapshot_seconds=0.0,
        **training,
    )
    return hook


def shares(settings: PruneWeightsSettings) -> list[dict[str, float]]:
    """The share of zeros of each kernel after each of UPDATES updates, which move every weight at random."""
    model, random, found = tiny_model(), np.random.default_rng(6), []
    hook = MagnitudePruning(model, settings, updates=UPDATES)
    for update in range(UPDATES):
        hook.before_update(update)
        for kernel in encoder_kernels(model).values():
            kernel.assign_add(random.normal(0.0, 1e-3, kernel.shape).astype(np.float32))
        hook.after_update(update)
        found.append({name: float((kernel == 0.0).mean()) for name, kernel in kernels(model).items()})
    hook.check()
    return found


def prune_now(kernel: np.ndarray, **settings) -> np.ndarray:
    """``kernel`` in the place of NAME, pruned at once, without training."""
    model = tiny_model()
    bias = model.get_layer(NAME).get_weights()[1]
    model.get_layer(NAME).set_weights([kernel, bias])
    hook = MagnitudePruning(model, PruneWeightsSettings(schedule="constant", **settings), updates=1)
    hook.before_update(0)
    hook.check()
    return kernels(model)[NAME]


def test_unstructured_pruning_takes_the_weights_of_least_magnitude():
    kernel = np.random.default_rng(3).normal(size=(64, 32)).astype(np.float32)
    least = np.argsort(np.abs(kernel), axis=None)[: round(0.7 * kernel.size)]
    expected = kernel.copy()
    expected.flat[least] = 0.0

    np.testing.assert_array_equal(prune_now(kernel, sparsity=0.7), expected)


@pytest.mark.parametrize(("pattern", "height"), [("4x1", 4), ("16x1", 16)])
def test_block_pruning_takes_blocks_of_inputs_of_a_neuron_by_their_mean_magnitude(pattern, height):
    kernel = np.random.default_rng(4).normal(size=(64, 32)).astype(np.float32)
    means = {
        (row, column): np.abs(kernel[row : row + height, column]).mean()
        for row in range(0, 64, height)
        for column in range(32)
    }
    expected = kernel.copy()
    for row, column in sorted(means, key=lambda place: means[place])[: len(means) // 2]:
        expected[row : row + height, column] = 0.0

    np.testing.assert_array_equal(prune_now(kernel, sparsity=0.5, pattern=pattern), expected)


def test_two_of_four_pruning_takes_the_two_least_of_every_four_inputs_of_a_neuron():
    kernel = np.random.default_rng(5).normal(size=(64, 32)).astype(np.float32)
    expected = kernel.copy()
    for row in range(0, 64, 4):
        for column in range(32):
            least = np.argsort(np.abs(kernel[row : row + 4, column]))[:2]
            expected[row + least, column] = 0.0

    np.testing.assert_array_equal(prune_now(kernel, sparsity=0.5, pattern="2:4"), expected)


@pytest.mark.parametrize(("pattern", "width"), [("unstructured", 1), ("4x1", 4)])
def test_blocks_of_the_word_table_are_of_the_values_of_one_word_piece(pattern, width):
    model = tiny_model()
    table = word_table(model).numpy()
    means = np.abs(table).reshape(len(table), -1, width).mean(axis=2)
    kept = np.repeat(means > np.median(means), width, axis=1)

    settings = PruneWeightsSettings(0.5, schedule="constant", pattern=pattern, embeddings=True)
    hook = MagnitudePruning(model, settings, updates=1)
    hook.before_update(0)
    hook.check()

    assert len(hook.kernels) == 13
    np.testing.assert_array_equal(word_table(model).numpy(), np.where(kept, table, 0.0))


def test_word_table_stays_whole_unless_asked_for():
    model = tiny_model()

    MagnitudePruning(model, PruneWeightsSettings(0.5, schedule="constant"), updates=1).before_update(0)

    assert (word_table(model).numpy() != 0.0).all()


def test_word_table_that_does_not_divide_says_so():
    model = build_model(preset("tiny", embedding_size=20), num_outputs=2)

    with pytest.raises(
        CompressionError, match=r"multiple of 16, embeddings.word has 20.*leave out embeddings"
    ):
        MagnitudePruning(model, PruneWeightsSettings(0.5, pattern="16x1", embeddings=True), updates=9)


def test_pruned_groups_by_hand():
    kernel = np.ones((16, 2), np.float32)
    kernel[0:4, 0] = 0.0  # one block of four
    kernel[5:7, 1] = 0.0  # two of four
    kernel[7:9, 0] = 0.0  # one of each of two groups

    assert pruned_groups(kernel, "unstructured") == (8, 32)
    assert pruned_groups(kernel, "4x1") == (1, 8)
    assert pruned_groups(kernel, "2:4") == (2, 8)
    assert pruned_groups(kernel, "16x1") == (0, 2)


def test_polynomial_sparsity_follows_the_formula_at_each_update():
    found = shares(PruneWeightsSettings(0.6, begin_ratio=0.125, end_ratio=0.75, frequency=3))

    # Of 16 updates: from 2, every third, to 11 (12 is no whole number of threes from 2). Between them nothing more goes.
    for update, share in enumerate(found):
        change = min(max(update - 2, 0) // 3 * 3, 9)
        expected = 0.6 * (1.0 - (1.0 - change / 9) ** 3)
        for name, one in share.items():
            assert one == pytest.approx(expected, abs=1 / 1024), (update, name)


@pytest.mark.parametrize(("pattern", "sparsity"), [("unstructured", 0.375), ("2:4", 0.5)])
def test_constant_sparsity_comes_at_once_and_stays(pattern, sparsity):
    settings = PruneWeightsSettings(sparsity, schedule="constant", begin_ratio=0.25, pattern=pattern)

    found = shares(settings)

    assert [share[NAME] for share in found] == [0.0] * 4 + [sparsity] * 12


def test_excluded_kernels_stay_whole():
    excluded = ("*.attention.query", "layer_1.ffn.*")
    found = shares(PruneWeightsSettings(0.5, schedule="constant", exclude=excluded))[-1]

    assert {name for name, share in found.items() if share == 0.0} == {
        "layer_0.attention.query",
        "layer_1.attention.query",
        "layer_1.ffn.intermediate",
        "layer_1.ffn.output",
    }
    assert len(found) == 12


def test_network_of_mixed_precision_is_pruned_in_full_precision_and_keeps_names_and_variables():
    with precision("bfloat16"):
        model = tiny_model()
    names, variables = [layer.name for layer in model.layers], len(model.variables)
    before = kernels(model)

    train(model, PruneWeightsSettings(0.5)).check()

    assert [layer.name for layer in model.layers] == names and len(model.variables) == variables
    for name, kernel in kernels(model).items():
        left = kernel[kernel != 0.0]
        assert left.size == kernel.size // 2
        # Steps of 1e-4 are lost in a weight of 8 binary digits; its other 16 would be zero.
        assert ((left.view(np.uint32) & 0xFFFF) == 0).mean() < 0.1, name
        assert 1e-4 < np.abs(left - before[name][kernel != 0.0]).max() < 5e-3


@pytest.mark.parametrize(
    ("exclude", "message"),
    [
        (("layer_2.*",), "'layer_2.\\*' must match a kernel.*layer_0.attention.query"),
        (("layer_0.*", "layer_1.*"), "must leave a kernel to prune"),
    ],
)
def test_pruned_names_of_a_wrong_exclude_says_which(exclude, message):
    with pytest.raises(CompressionError, match=message):
        pruned_names(encoder_kernels(tiny_model()), exclude)


def test_steps_must_fit_finds_an_exclude_of_layers_that_are_gone():
    steps = [
        PruneWeights(method="prune_weights", sparsity=0.5, exclude=("layer_1.*",)),
        PruneLayers(method="prune_layers", keep=1),
        PruneWeights(method="prune_weights", sparsity=0.6, exclude=("layer_1.*",)),
    ]

    with pytest.raises(RecipeError) as raised:
        steps_must_fit(SimpleNamespace(compress=steps), preset("tiny"))

    (problem,) = str(raised.value).splitlines()[1:]
    assert "compress.2.exclude: 'layer_1.*' must match a kernel of the encoder" in problem


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        ([], {"intermediate_sizes": (48, 40)}, ["compress.0.pattern: pattern 16x1", "layer_1.ffn.output has 40"]),
        ([], {"embedding_size": 20}, ["embeddings.word has 20", "leave out embeddings"]),
        ([{"method": "factorize_embeddings", "size": 8}], {}, ["compress.1.pattern", "embeddings.word has 8"]),
    ],
)  # fmt: skip
def test_steps_must_fit_refuses_blocks_that_do_not_divide_before_training(before, changes, expected):
    step = PruneWeights(method="prune_weights", sparsity=0.5, pattern="16x1", embeddings=True)
    recipe = SimpleNamespace(compress=[*(FactorizeEmbeddings(**one) for one in before), step])

    with pytest.raises(RecipeError) as raised:
        steps_must_fit(recipe, preset("tiny", **changes))

    (problem,) = str(raised.value).splitlines()[1:]
    assert all(part in problem for part in expected)


def test_steps_must_fit_waits_where_importance_says_how_many_neurons_stay():
    neurons = PruneNeurons(method="prune_neurons", amount=0.5)
    step = PruneWeights(method="prune_weights", sparsity=0.5, pattern="16x1")

    steps_must_fit(
        SimpleNamespace(compress=[neurons, step]), preset("tiny", intermediate_sizes=(48, 40))
    )  # prune_neurons leaves multiples of 16


def test_pruning_of_inputs_that_do_not_divide_says_which():
    model = build_model(preset("tiny", intermediate_sizes=(40, 40)), num_outputs=2)

    with pytest.raises(
        CompressionError, match=r"multiple of 16, layer_0.ffn.output has 40.*'\*.ffn.output' to exclude"
    ):
        MagnitudePruning(model, PruneWeightsSettings(0.5, pattern="16x1"), updates=9)
    settings = PruneWeightsSettings(0.5, pattern="16x1", exclude=("*.ffn.output",))
    assert len(MagnitudePruning(model, settings, updates=9).kernels) == 10


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, PruningUpdates(0, 750, 15)),
        ({"begin_ratio": 0.1, "end_ratio": 1.0, "frequency": 100}, PruningUpdates(100, 900, 100)),
        ({"schedule": "constant", "begin_ratio": 0.2}, PruningUpdates(200, 200, 1)),
    ],
)
def test_pruning_updates_end_on_a_change(settings, expected):
    assert pruning_updates(PruneWeightsSettings(0.5, **settings), 1000) == expected


def test_pruning_updates_too_few_says_how_many_there_are():
    with pytest.raises(
        CompressionError, match=r"at most the 7 updates between begin_ratio 0 and end_ratio 0.75 of 10.*was 8"
    ):
        pruning_updates(PruneWeightsSettings(0.5, frequency=8), 10)


def test_first_best_is_the_epoch_in_which_the_last_mask_changes():
    hook = MagnitudePruning(tiny_model(), PruneWeightsSettings(0.5, end_ratio=0.75), updates=100)

    assert [hook.first_best(each) for each in (100, 50, 25)] == [0, 1, 3]


def test_check_of_a_kernel_of_equal_magnitudes_says_that_it_is_dense():
    with pytest.raises(
        CompressionError, match=f"{NAME}: unstructured of sparsity 0.5 must leave 1,024 of 2,048"
    ):
        prune_now(np.full((64, 32), 0.5, np.float32), sparsity=0.5)


def test_pruning_resumed_while_masks_still_change_gives_the_same_weights(tmp_path):
    settings = PruneWeightsSettings(0.6, frequency=2)
    straight, killed, resumed = (tiny_model() for _ in range(3))
    train(straight, settings)

    def die(progress):
        if progress.step == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(killed, settings, folder=tmp_path, on_progress=die)
    assert sorted(path.name for path in tmp_path.glob("step-*")) == ["step-00000005", "step-00000006"]
    train(resumed, settings, folder=tmp_path, resume=True).check()

    for name, kernel in kernels(straight).items():
        np.testing.assert_array_equal(kernels(resumed)[name], kernel, err_msg=name)
        assert (kernel == 0.0).mean() == pytest.approx(0.6, abs=1 / 1024)


def test_recipe_checks_against_the_kernels_and_the_end_that_the_method_has():
    left_out, said = (PruneWeightsSettings(0.5, end_ratio=end_ratio) for end_ratio in (None, END_RATIO))

    assert checks_prune.PARTS == PARTS
    assert pruning_updates(left_out, 1000) == pruning_updates(said, 1000)
