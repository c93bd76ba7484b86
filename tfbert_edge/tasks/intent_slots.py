"""What a request wants and the parts of it that say more: an intent for the text, a tag for each token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.errors import DataError
from tfbert_edge.runtime.entities import project
from tfbert_edge.runtime.reading import Rows
from tfbert_edge.runtime.tags import scheme_of
from tfbert_edge.tasks.base import ReadTask, Where, nowhere
from tfbert_edge.tasks.classification import label_text, labels_in
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


@dataclass(frozen=True)
class Frame:
    """What is true of a request: the place of its intent in the task's intents, and its tokens."""

    intent: int
    tokens: TaggedTokens


class IntentSlots(ReadTask):
    """Outputs are logits of the intents, at piece 0, and beside them logits of IOB2 tags for each word piece.

    The truth of an example is a :class:`Frame`.
    """

    name: ClassVar[str] = "intent_slots"
    head: ClassVar[str] = "joint"
    primary_metric: ClassVar[str] = "frame_accuracy"
    metric_names: ClassVar[tuple[str, ...]] = (
        "frame_accuracy",
        "intent_accuracy",
        "slot_f1",
        "slot_precision",
        "slot_recall",
    )
    labels_per_piece: ClassVar[bool] = True

    def __init__(
        self,
        intents: Sequence[str],
        slots: Sequence[str],
        scheme: str = "IOB2",
        label_pieces: LabelPieces = "all",
    ) -> None:
        """
        Args:
            intents: two or more.
            slots: O, then B-X and I-X of each type.
            scheme: that of the data's tags, a key of `tfbert_edge.runtime.tags.SCHEMES`.
            label_pieces: which pieces of a word the loss counts.

        Raises:
            DataError: the slots are not such tags, or there are fewer than two intents, or one of them twice.
        """
        check_labels(slots)
        if len(intents) < 2 or len(set(intents)) < len(intents):
            raise DataError(
                f"there must be at least two intents, all different; they were {', '.join(intents) or 'none'}. "
                "Correct task.intents, or bring examples of each."
            )
        self.intents, self.slots = tuple(intents), tuple(slots)
        self.labels = (*self.intents, *self.slots)
        self.scheme = scheme
        self.label_pieces = label_pieces
        # Both are told how many of the columns are of the whole text.
        self.loss = f"joint_cross_entropy:{len(self.intents)}"  # type: ignore[misc]
        self.distance = f"joint:{len(self.intents)}"  # type: ignore[misc]

    @property
    def num_outputs(self) -> tuple[int, int]:
        """As many as intents, and as tags."""
        return len(self.intents), len(self.slots)

    @property
    def settings(self) -> dict[str, Any]:
        """How many of the labels are intents."""
        return {"intents": len(self.intents)}

    @property
    def parameters(self) -> dict[str, Any]:
        """All four."""
        return {
            "intents": list(self.intents),
            "slots": list(self.slots),
            "scheme": self.scheme,
            "label_pieces": self.label_pieces,
        }

    @classmethod
    def found_in(cls, values: Sequence[Any]) -> dict[str, Any]:
        """The intents, the tags for all types of slots in the data, and their scheme."""
        return {
            "intents": labels_in([value["intent"] for value in values]),
            "slots": labels_of(values),
            "scheme": scheme_of([[str(tag) for tag in value["tags"]] for value in values]),
        }

    def encode_labels(self, values: Sequence[Any], where: Where = nowhere) -> np.ndarray:
        """The `Frame` of each ``{"intent": ..., "spans": ..., "tags": ...}``: (N,).

        Raises:
            DataError: an intent is missing or unknown, or a tag is outside the scheme or of no known type; says where.
        """
        encoded = np.empty(len(values), object)
        for at, value in enumerate(values):
            intent = label_text(value["intent"])
            if intent not in self.intents:
                what = "no intent" if intent is None else f"the intent {intent!r}"
                raise DataError(
                    f"{where(at)} has {what}, which must be one of {', '.join(self.intents)}. "
                    "Correct it, or list all in task.intents."
                )
            tokens = read_tagged(value, self.slots, self.scheme, where(at), setting="task.slots")
            encoded[at] = Frame(self.intents.index(intent), tokens)
        return encoded

    def row_labels(self, label: Frame, rows: Rows) -> list[np.ndarray]:
        """See :func:`tfbert_edge.tasks.tagging.piece_labels`; piece 0 of each row has the intent."""
        found = piece_labels(label.tokens, rows, self.slots, self.label_pieces)
        for row in found:
            row[0] = label.intent
        return found

    def label_json(self, label: Frame) -> dict[str, Any]:
        """The intent's name, spans and tags."""
        return {"intent": self.intents[label.intent], **tagged_json(label.tokens)}

    def shown_label(self, label: Frame, text: str) -> str:
        """The true intent, and types and texts of the true slots."""
        return f"{self.intents[label.intent]} ({listed(tagged_parts(label.tokens, text), 'no slot')})"

    def answers(self, outputs: np.ndarray, truth: Truth) -> list[Any]:
        """The intent, and type, begin, end and text of each slot."""
        return [(result.intent, decided(result.slots)) for result in self.results(outputs, truth)]

    def metrics(self, outputs: np.ndarray, truth: Truth) -> dict[str, Any]:
        """Shares of texts, and figures of slots by :func:`tfbert_edge.tasks.tagging.entity_metrics`.

        ``intent_accuracy`` is the share of right intents, ``frame_accuracy`` that of texts of which the intent and all tags are
        right.
        """
        results = self.results(outputs, truth)
        frames: list[Frame] = list(truth.labels)
        intents = [
            result.intent == self.intents[frame.intent] for result, frame in zip(results, frames, strict=True)
        ]
        tags = [
            tuple(project(result.slots, frame.tokens.spans)) == frame.tokens.tags
            for result, frame in zip(results, frames, strict=True)
        ]
        slots = entity_metrics([frame.tokens for frame in frames], [result.slots for result in results])
        return {
            "frame_accuracy": float(np.mean(np.logical_and(intents, tags))),
            "intent_accuracy": float(np.mean(intents)),
            **{f"slot_{name}": slots[name] for name in ("f1", "precision", "recall")},
            "per_class": slots["per_class"],
        }

    def shown(self, answer: Any, outputs: np.ndarray) -> tuple[str, None]:
        """The intent, and types and texts of the slots."""
        intent, slots = answer
        return f"{intent} ({listed([(kind, text) for kind, _, _, text in slots], 'no slot')})", None
