"""Prune the weights of least magnitude while the network trains, with TF-MOT's masks (Zhu and Gupta 2017, "To prune, or not
to prune").

    s_t = s_f (1 - (1 - (t - t_0) / (n dt))^3)      for t = t_0, t_0 + dt, ..., t_0 + n dt      (theirs with s_i = 0)

At update t the share s_t of each kernel whose magnitude is least goes: single weights, or blocks by their mean magnitude, and
what has gone stays zero. ``constant`` takes it all at t_0, and so does 2:4, of every four inputs of a neuron the two least
(Mishra et al. 2021, "Accelerating sparse deep neural networks"). TF-MOT's wrappers make the masks of the network's own layers
and are not part of it: nothing has to be stripped before export, the layers keep their names, and the weights stay float32
where the network computes in bfloat16, to which the wrappers' own forward pass rounds them. A mask is read off the weights,
so a resumed training has it.

Blocks are of a Keras kernel's layout, inputs first. LiteRT has sparse kernels for blocks of 4 along the inputs in float
(``4x1``) and of 16 in int8 (``16x1``), which XNNPACK does not take. All make the compressed file smaller, blocks more than
single weights: zeros side by side deflate to less.

The word table holds a row a word piece; its blocks are of the values of one row, which stand side by side in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from tfbert_edge._keras import tf, tfmot
from tfbert_edge.compress.kernels import encoder_kernels, word_table
from tfbert_edge.errors import CompressionError
from tfbert_edge.models.embeddings import WORDS

UNSTRUCTURED, TWO_OF_FOUR = "unstructured", "2:4"
# How many inputs of one neuron make a group, of which all go (or two, for 2:4).
GROUPS = {UNSTRUCTURED: 1, "4x1": 4, "16x1": 16, TWO_OF_FOUR: 4}
CHANGES = 50


@dataclass(frozen=True)
class PruneWeightsSettings:
    """What share of each kernel goes, when, and in which pattern, a key of ``GROUPS``; ``embeddings``: of the word table too.

    ``begin_ratio`` and ``end_ratio`` are shares of all updates, ``frequency`` is in updates; None for the last two, which
    ``constant`` does not have: 0.75, and as often as makes about 50 changes.
    """

    sparsity: float
    schedule: str = "polynomial"
    begin_ratio: float = 0.0
    end_ratio: float | None = None
    frequency: int | None = None
    pattern: str = UNSTRUCTURED
    exclude: Sequence[str] = ()
    embeddings: bool = False


@dataclass(frozen=True)
class PruningUpdates:
    """The updates, from 0, before which masks change: ``begin``, every ``frequency`` from there, and last ``end``."""

    begin: int
    end: int
    frequency: int


def pruning_updates(settings: PruneWeightsSettings, updates: int) -> PruningUpdates:
    """Return when masks change in a training of ``updates``; the last change comes before the last update at the latest.

    Raises:
        CompressionError: there are too few updates between begin and end for one change.
    """
    begin = min(int(settings.begin_ratio * updates), updates - 1)
    if settings.schedule == "constant":
        return PruningUpdates(begin, begin, 1)
    end_ratio = 0.75 if settings.end_ratio is None else settings.end_ratio
    room = min(int(end_ratio * updates), updates - 1) - begin
    frequency = settings.frequency or max(1, room // CHANGES)
    if room < frequency:
        raise CompressionError(
            f"frequency must be at most the {room} updates between begin_ratio {settings.begin_ratio:g} and end_ratio "
            f"{end_ratio:g} of {updates} in all, was {frequency}. Lower frequency, or raise epochs or end_ratio."
        )
    return PruningUpdates(begin, begin + room // frequency * frequency, frequency)


class MagnitudePruning:
    """The hook that prunes the encoder's kernels in ``model``, float32 or mixed precision, as it trains for ``updates``.

    Raises:
        CompressionError: ``exclude`` names no kernel or all, a kernel's inputs do not divide into groups, or there are too
            few updates.
    """

    def __init__(self, model: Any, settings: PruneWeightsSettings, *, updates: int) -> None:
        self.settings = settings
        self.when = pruning_updates(settings, updates)
        self.key: Mapping[str, Any] = {
            **vars(settings),
            "exclude": list(settings.exclude),
            "updates": updates,
        }
        kernels = encoder_kernels(model)
        names = pruned_names(kernels, settings.exclude)
        self.kernels = {name: kernels[name] for name in names}
        if settings.embeddings:
            self.kernels[WORDS] = word_table(model)
        must_divide(
            {name: one.shape[1 if name == WORDS else 0] for name, one in self.kernels.items()},
            settings.pattern,
        )
        self._wrappers = [self._wrapper(model.get_layer(name)) for name in self.kernels]
        self._change = tf.function(self._change_masks, input_signature=[tf.TensorSpec((), tf.int64)])
        self._mask = tf.function(self._mask_weights)

    def before_update(self, update: int) -> None:
        """Change the masks where it is time, and set to zero what they hide."""
        self._change(tf.constant(update, tf.int64))

    def after_update(self, update: int) -> None:
        """Set to zero what the masks hide, for the update has moved it; after the last change, see :meth:`check`."""
        self._mask()
        if update == self.when.end:
            self.check()

    def first_best(self, updates_per_epoch: int) -> int:
        """The first epoch, from 0, after which the network has the sparsity that was asked for."""
        return self.when.end // updates_per_epoch

    def check(self) -> None:
        """Compare what has become of the kernels with what was asked for.

        Raises:
            CompressionError: a kernel has too few zeros, or not in the pattern.
        """
        for name, kernel in self.kernels.items():
            gone, groups = pruned_groups(_by_inputs(name, kernel.numpy()), self.settings.pattern)
            wanted = groups if self.settings.pattern == TWO_OF_FOUR else self.settings.sparsity * groups
            # TF-MOT rounds the number of groups that stay, and keeps one at least.
            if gone <= wanted - 1 and groups - gone > 1:
                raise CompressionError(
                    f"{name}: {self.settings.pattern} of sparsity {self.settings.sparsity:g} must leave {groups - wanted:,.0f} "
                    f"of {groups:,} groups, {groups - gone:,} are left: many weights are of one magnitude. "
                    f"To keep it whole, {_left_out(name)}."
                )

    def _wrapper(self, layer: Any) -> Any:
        given, when, sparsity = self.settings, self.when, tfmot.sparsity.keras
        schedule = (
            sparsity.ConstantSparsity(given.sparsity, when.begin, end_step=when.end, frequency=when.frequency)
            if given.schedule == "constant"
            else sparsity.PolynomialDecay(0.0, given.sparsity, when.begin, when.end, frequency=when.frequency)
        )
        block = (GROUPS[given.pattern], 1)
        pattern: dict[str, Any] = {"block_size": block[::-1] if layer.name == WORDS else block}
        if given.pattern == TWO_OF_FOUR:
            pattern = {"sparsity_m_by_n": (2, 4)}
        wrapper = sparsity.prune_low_magnitude(layer, schedule, dtype="float32", **pattern)
        wrapper.build((None, None) if layer.name == WORDS else (None, int(layer.kernel.shape[0])))
        return wrapper

    def _change_masks(self, update: Any) -> None:
        for wrapper in self._wrappers:
            ((kernel, mask, _),) = wrapper.pruning_vars
            mask.assign(tf.cast(kernel != 0.0, mask.dtype))
            # TF-MOT makes 2:4 masks at its step 1 alone, whatever the schedule says.
            begin = self.when.begin - 1 if self.settings.pattern == TWO_OF_FOUR else 0
            wrapper.pruning_step.assign(update - begin)
            wrapper.pruning_obj.conditional_mask_update()
        self._mask_weights()

    def _mask_weights(self) -> None:
        for wrapper in self._wrappers:
            wrapper.pruning_obj.weight_mask_op()


def pruned_names(names: Iterable[str], exclude: Sequence[str]) -> list[str]:
    """Return the names of kernels that ``exclude``, patterns as of file names, leaves to prune.

    Raises:
        CompressionError: a pattern matches no name, or all are excluded.
    """
    names = list(names)
    for pattern in exclude:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise CompressionError(
                f"exclude: '{pattern}' must match a kernel of the encoder, matches none of: {', '.join(names)}. Correct it."
            )
    found = [name for name in names if not any(fnmatchcase(name, pattern) for pattern in exclude)]
    if not found:
        raise CompressionError(
            f"exclude must leave a kernel to prune, {', '.join(exclude)} leave none. Exclude fewer."
        )
    return found


def must_divide(inputs: Mapping[str, int], pattern: str) -> None:
    """Whether kernels with so many inputs, and the word table with rows of such a width, divide into groups.

    Raises:
        CompressionError: one does not.
    """
    size = GROUPS[pattern]
    for name, count in inputs.items():
        if count % size:
            whose = "rows whose width is" if name == WORDS else "kernels whose inputs are"
            raise CompressionError(
                f"pattern {pattern} needs {whose} a multiple of {size}, {name} has {count}. "
                f"Choose another pattern, or {_left_out(name)}."
            )


def _by_inputs(name: str, matrix: np.ndarray) -> np.ndarray:
    """A kernel as it is, the word table with a column a word piece: groups go down the columns."""
    return matrix.T if name == WORDS else matrix


def _left_out(name: str) -> str:
    return "leave out embeddings" if name == WORDS else f"add '*.{name.partition('.')[2]}' to exclude"


def pruned_groups(kernel: np.ndarray, pattern: str) -> tuple[int, int]:
    """How many groups of a kernel ``(inputs, outputs)`` are pruned as ``pattern`` wants it, and how many there are.

    A group of 2:4 is pruned when at most two of its four weights are left, a block when none is.
    """
    groups = kernel.reshape(-1, GROUPS[pattern], kernel.shape[1])
    left = (groups != 0.0).sum(axis=1)
    return int((left <= (2 if pattern == TWO_OF_FOUR else 0)).sum()), left.size
