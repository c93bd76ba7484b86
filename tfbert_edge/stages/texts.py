"""The examples on which a student learns: those of the task, texts without labels, or both."""

from __future__ import annotations

from typing import Any

from tfbert_edge.data.examples import Examples
from tfbert_edge.data.features import Features
from tfbert_edge.data.unlabelled import load_unlabelled, load_unlabelled_pairs
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run


def training_features(run: Run, step: Any, tokenizer: Tokenizer) -> Features:
    """Encode the training examples and, after them, the texts of ``step.unlabelled``, as the step says.

    Raises:
        DataError: the texts cannot be had; see `load_unlabelled`.
    """
    return with_texts(run, step, run.training_features(tokenizer), tokenizer)


def with_texts(run: Run, step: Any, train: Features, tokenizer: Tokenizer) -> Features:
    """Return ``train``, of the training examples, and after it the texts of ``step.unlabelled``, as the step says.

    Raises:
        DataError: the texts cannot be had; see `load_unlabelled`.
    """
    if step.unlabelled is None:
        return train
    examples, known = unlabelled_examples(run, step)
    if known:
        run.console.say(f"  {known:,} unlabelled texts left out: data holds them")
    others = run.training_features(tokenizer, examples)
    if not step.unlabelled.with_training:
        train = train.select([])
    run.console.say(
        f"  {len(train):,} labelled and {len(others):,} unlabelled examples; longest {others.lengths.max()} of at most "
        f"{run.recipe.data.max_length} word pieces ({others.truncated:,} cut)"
    )
    return train.with_unlabelled(others)


def unlabelled_examples(run: Run, step: Any) -> tuple[Examples, int]:
    """The texts of ``step.unlabelled``, pairs where the task reads such, and how many were left out: the sets to measure on
    and, where it trains along, the training set hold them.

    Raises:
        DataError: the texts cannot be had; see `load_unlabelled`.
    """
    data, source = run.data, step.unlabelled
    without = data.validation.all_texts() + ([] if data.test is None else data.test.all_texts())
    if source.with_training:
        without = without + data.train.all_texts()
    given: dict[str, Any] = {
        "setting": setting_of(run, step),
        "seed": run.recipe.seed + 4,
        "without": without,
    }
    pairs = None
    if source.pair_column is None:
        texts, known = load_unlabelled(source, **given)
    else:
        texts, pairs, known = load_unlabelled_pairs(source, **given)
    return Examples([str(number) for number in range(len(texts))], texts, pairs, None), known


def setting_of(run: Run, step: Any) -> str:
    """The recipe's key that holds ``step.unlabelled``, for messages."""
    return f"compress.{run.recipe.compress.index(step)}.unlabelled"
