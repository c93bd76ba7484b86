"""What a request wants and the parts of it that say more, from one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfbert_edge.runtime.decode import LabelScore, label_scores
from tfbert_edge.runtime.entities import SCORE_DIGITS, Entity, probabilities, read_entities
from tfbert_edge.runtime.reading import OutputSpec, Reader, Rows
from tfbert_edge.runtime.tokenizer import Encoding, Tokenizer
from tfbert_edge.runtime.windows import text_windows


@dataclass(frozen=True)
class IntentSlotsResult:
    """The likeliest intent, its probability, the first ``top_k`` intents, and the slots in order, which do not overlap."""

    intent: str
    score: float
    scores: tuple[LabelScore, ...]
    slots: tuple[Entity, ...]


class IntentSlotsReader(Reader):
    """Reads a text in windows.

    ``labels`` are the intents, of which ``settings["intents"]`` says how many there are, and then the slots' tags, in IOB2. The
    intent is read from the mean of the windows' logits, slots as :func:`tfbert_edge.runtime.entities.read_entities` reads them.
    """

    outputs: ClassVar[tuple[OutputSpec, ...]] = (OutputSpec("intent"), OutputSpec("slots", per_piece=True))
    cuts: ClassVar[bool] = False
    paired: ClassVar[bool | None] = False

    def __init__(self, labels: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
        super().__init__(labels, settings)
        self._whole = int(self.settings["intents"])

    def rows(self, text: str, pair: str | None, tokenizer: Tokenizer, *, max_length: int) -> list[Encoding]:
        return text_windows(text, tokenizer, max_length=max_length)

    def width(self, spec: OutputSpec) -> int | None:
        return len(self.labels) - self._whole if spec.per_piece else self._whole

    def answer(
        self,
        text: str,
        pair: str | None,
        rows: Rows,
        outputs: Sequence[np.ndarray],
        *,
        top_k: int | None = None,
    ) -> IntentSlotsResult:
        whole = self._whole
        logits = np.stack([output[0, :whole] for output in outputs]).mean(axis=0, dtype=np.float64)
        scores = label_scores(probabilities(logits).round(SCORE_DIGITS), self.labels[:whole], top_k)
        slots = read_entities(text, rows, [output[:, whole:] for output in outputs], self.labels[whole:])
        return IntentSlotsResult(scores[0].label, scores[0].score, tuple(scores), slots)
