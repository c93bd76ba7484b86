"""Batches some of whose word pieces are others, so that a student meets texts to which no network was fitted.

TinyBERT's data augmentation (Jiao et al. 2020, section 3.2) replaces words by what BERT or GloVe find near; here any piece may
come, as often as it stands in the training texts, which needs no other network and is new in every epoch. What such texts mean
is for a teacher to say: their labels are those of the texts as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from tfbert_edge.data.batching import Batch, LengthBucketedBatches
from tfbert_edge.errors import DataError


class ReplacedPieces:
    """The batches of ``batches``, in which each piece that is not special is replaced with the probability ``share``.

    Decided by the batches' seed, the epoch, the step and the shard alone.
    """

    def __init__(self, batches: LengthBucketedBatches, *, share: float, special: Collection[int]) -> None:
        """
        Args:
            share: 0 to 1.
            special: ids that stay, and that never replace others.

        Raises:
            DataError: all pieces are special.
        """
        self.batches = batches
        self.share = share
        self.special = np.asarray(sorted(special), np.int32)
        pieces = np.concatenate(batches.features.input_ids)
        self._pieces = pieces[~np.isin(pieces, self.special)]
        if not len(self._pieces):
            raise DataError(
                "the training texts have no known word piece, so there is none to replace others by. Correct data.train, or "
                "leave replace_pieces out."
            )

    @property
    def steps_per_epoch(self) -> int:
        return self.batches.steps_per_epoch

    def epoch(self, epoch: int, *, start_step: int = 0, shard: int = 0) -> Iterator[Batch]:
        """As `LengthBucketedBatches.epoch`."""
        batches = self.batches.epoch(epoch, start_step=start_step, shard=shard)
        for step, batch in enumerate(batches, start_step):
            random = np.random.default_rng([self.batches.seed, epoch, step, shard])
            ids = batch["input_ids"]
            others = self._pieces[random.integers(0, len(self._pieces), ids.shape)]
            replaced = (random.random(ids.shape) < self.share) & ~np.isin(ids, self.special)
            yield batch | {"input_ids": np.where(replaced, others, ids)}
