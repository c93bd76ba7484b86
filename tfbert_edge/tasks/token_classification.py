"""Named entities: a tag for each token of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tags import scheme_of
from tfbert_edge.tasks.base import ReadTask, Where, nowhere
from tfbert_edge.tasks.tagging import (
    LabelPieces,
    TaggedTokens,
    check_labels,
    decided,
    entity_metrics,
    labels_of,
    listed,
    piece_labels,
    read_tagged,
    tagged_json,
    tagged_parts,
)
from tfbert_edge.tasks.truth import Truth


class TokenClassification(ReadTask):
    """Outputs are logits of IOB2 tags for each word piece. The truth of an example is a :class:`TaggedTokens`."""

    name: ClassVar[str] = "token_classification"
    loss: ClassVar[str] = "token_cross_entropy"
    distance: ClassVar[str] = "classes"
    primary_metric: ClassVar[str] = "f1"
    metric_names: ClassVar[tuple[str, ...]] = ("f1", "precision", "recall")
    labels_per_piece: ClassVar[bool] = True

    def __init__(
        self, labels: Sequence[str], scheme: str = "IOB2", label_pieces: LabelPieces = "all"
    ) -> None:
        """
        Args:
            labels: O, then B-X and I-X of each type.
            scheme: that of the data's tags, a key of `tfbert_edge.runtime.tags.SCHEMES`.
            label_pieces: which pieces of a word the loss counts.

        Raises:
            DataError: the labels are not such tags.
        """
        check_labels(labels)
        self.labels = tuple(labels)
        self.scheme = scheme
        self.label_pieces = label_pieces

    @property
    def num_outputs(self) -> int:
        """As many as tags."""
        return len(self.labels)

    @property
    def parameters(self) -> dict[str, Any]:
        """All three."""
        return {"labels": list(self.labels), "scheme": self.scheme, "label_pieces": self.label_pieces}

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """The tags for all types in the data, and their scheme."""
        return {
            "labels": labels_of(values),
            "scheme": scheme_of([[str(tag) for tag in value["tags"]] for value in values]),
        }

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """Tokens with tags of IOB2: `TaggedTokens` (N,).

        Raises:
            DataError: a tag is outside the scheme, or of no known type; the message says where.
        """
        encoded = np.empty(len(values), object)
        for at, value in enumerate(values):
            encoded[at] = read_tagged(value, self.labels, self.scheme, where(at))
        return encoded

    def row_labels(self, label: TaggedTokens, rows: Rows) -> list[np.ndarray]:
        """See :func:`tfbert_edge.tasks.tagging.piece_labels`."""
        return piece_labels(label, rows, self.labels, self.label_pieces)

    def label_json(self, label: TaggedTokens) -> dict[str, Any]:
        """Spans and tags."""
        return tagged_json(label)

    def shown_label(self, label: TaggedTokens, text: str) -> str:
        """Types and texts of the true entities."""
        return listed(tagged_parts(label, text))

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[Any]:
        """Type, begin, end and text of each entity."""
        return [decided(result.entities) for result in self.results(outputs, truth)]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """See :func:`tfbert_edge.tasks.tagging.entity_metrics`."""
        found = [result.entities for result in self.results(outputs, truth)]
        return entity_metrics(list(truth.labels), found)

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[str, None]:
        """Types and texts of the entities."""
        return listed([(kind, text) for kind, _, _, text in answer]), None
