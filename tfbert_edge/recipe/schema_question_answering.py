"""The ``task`` block of question answering."""

from __future__ import annotations

from typing import ClassVar, Literal

from tfbert_edge.recipe.block import Block, PositiveInt


class QuestionAnsweringTask(Block):
    """The part of a context that answers a question. Examples are SQuAD's JSON, or rows of question, context, answers, id."""

    TAG: ClassVar[str] = "question_answering"
    WINDOWS: ClassVar[bool] = True

    type: Literal["question_answering"]
    max_answer_length: PositiveInt = 30
    """Word pieces in an answer."""
    no_answer: bool | None = None
    """Whether a context may hold no answer, as in SQuAD 2.0; null: as the training examples have it."""
    null_threshold: float | None = None
    """The score that a span needs to be an answer, where there may be none; null: chosen on the validation examples."""
