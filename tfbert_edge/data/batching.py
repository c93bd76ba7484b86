"""Batches of examples of similar length, so that little is computed on padding."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tfbert_edge.data.features import Features

WINDOW_BATCHES = 64
"""Batches whose examples are sorted together: enough for even lengths, few enough for random company."""

Batch = dict[str, np.ndarray]


class LengthBucketedBatches:
    """The batches of every epoch, decided by ``(seed, epoch)`` alone.

    An epoch shuffles the examples, sorts each window of 64 batches by length, cuts it into batches, and
    shuffles these. Each batch is padded to its own longest example, rounded up to ``pad_to_multiple`` so that
    there are few shapes (and never beyond the longest example of all).
    """

    def __init__(
        self,
        features: Features,
        *,
        batch_size: int,
        seed: int,
        pad_to_multiple: int = 8,
        shards: int = 1,
    ) -> None:
        """
        Args:
            batch_size: examples in a step, over all shards.
            shards: the devices or workers that share each step's batch.

        Raises:
            ValueError: there are no examples, or ``batch_size`` does not divide by ``shards``.
        """
        if len(features) == 0:
            raise ValueError("there must be at least one example, there is none")
        if batch_size < 1 or shards < 1 or batch_size % shards:
            raise ValueError(
                f"batch_size ({batch_size}) must be a multiple of shards ({shards}), both at least 1"
            )
        self.features = features
        self.batch_size = batch_size
        self.seed = seed
        self.pad_to_multiple = pad_to_multiple
        self.shards = shards
        self._lengths = features.lengths

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last examples may be a short one."""
        return -(-len(self.features) // (self._groups * self.features.together))

    @property
    def _groups(self) -> int:
        """How many groups of rows that stay together a batch has."""
        return max(1, self.batch_size // self.features.together)

    def epoch(self, epoch: int, *, start_step: int = 0, shard: int = 0) -> Iterator[Batch]:
        """The batches of one epoch from ``start_step`` on, or one shard's part of each.

        Every batch holds ``input_ids``, ``token_type_ids`` and ``attention_mask``, int32 (b, n); ``labels``
        (b,) where the features have them; ``labelled``, float32 (b,), 0 where a label is none, where some are none;
        ``example_weight``, float32 (b,); ``index``, int32 (b,), which of the
        features each row is. All shards get the same b and n at
        each step: where the examples do not divide, copies with weight 0 fill up.

        Raises:
            ValueError: there is no such shard.
        """
        if not 0 <= shard < self.shards:
            raise ValueError(f"shard must be 0 to {self.shards - 1}, was {shard}")
        for indices in self._plan(epoch)[start_step:]:
            size = -(-len(indices) // (self.shards * self.features.together)) * self.features.together
            filled = np.concatenate([indices, np.full(size * self.shards - len(indices), indices[0])])
            weights = (np.arange(len(filled)) < len(indices)).astype(np.float32)
            part = slice(shard * size, (shard + 1) * size)
            length = _padded_length(self._lengths, indices, self.pad_to_multiple)
            yield _batch(self.features, filled[part], weights[part], length)

    def _plan(self, epoch: int) -> list[np.ndarray]:
        random = np.random.default_rng([self.seed, epoch])
        together = self.features.together
        firsts = np.arange(0, len(self.features), together)
        lengths = np.maximum.reduceat(self._lengths, firsts)
        order = random.permutation(len(firsts))
        groups = self._groups
        window = WINDOW_BATCHES * groups
        batches: list[np.ndarray] = []
        for start in range(0, len(order), window):
            members = order[start : start + window]
            members = members[np.argsort(lengths[members], kind="stable")]
            batches += [
                _rows_of(members[at : at + groups], together, len(self.features))
                for at in range(0, len(members), groups)
            ]
        return [batches[at] for at in random.permutation(len(batches))]


def _rows_of(groups: np.ndarray, together: int, count: int) -> np.ndarray:
    """The rows of groups of ``together`` rows; the last group of ``count`` rows may have fewer."""
    rows = (groups[:, np.newaxis] * together + np.arange(together)).reshape(-1)
    return rows[rows < count]


def evaluation_batches(
    features: Features, *, batch_size: int, pad_to_multiple: int = 8
) -> Iterator[tuple[np.ndarray, Batch]]:
    """Every example once, the longest first: the indices (b,) of a batch's examples, and the batch."""
    lengths = features.lengths
    order = np.argsort(-lengths, kind="stable")
    for start in range(0, len(order), batch_size):
        indices = order[start : start + batch_size]
        length = _padded_length(lengths, indices, pad_to_multiple)
        yield indices, _batch(features, indices, np.ones(len(indices), np.float32), length)


def _padded_length(lengths: np.ndarray, indices: np.ndarray, multiple: int) -> int:
    longest = int(lengths[indices].max())
    return min(-(-longest // multiple) * multiple, int(lengths.max()))


def _batch(features: Features, indices: np.ndarray, weights: np.ndarray, length: int) -> Batch:
    chosen = features.select(indices)
    batch = chosen.padded(length)
    if chosen.labels is not None:
        batch["labels"] = chosen.padded_labels(length)
    if chosen.labelled is not None:
        batch["labelled"] = chosen.labelled.astype(np.float32)
    batch["example_weight"] = weights
    batch["index"] = np.asarray(indices, np.int32)
    return batch
