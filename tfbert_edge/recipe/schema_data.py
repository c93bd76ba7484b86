"""The ``data`` block: where examples come from and how long they may be."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from tfbert_edge.recipe.block import Block, NonNegativeInt, PositiveInt, Text


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _at_least_one(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value or not all(value):
        raise PydanticCustomError("path", "must be a path, or a list of paths, and none of them empty")
    return value


Paths = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_many),
    AfterValidator(_at_least_one),
    PlainSerializer(lambda paths: paths[0] if len(paths) == 1 else list(paths)),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    ),
]


def _count_or_fraction(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        fits = False
    elif isinstance(value, int):
        fits = value >= 1
    else:
        fits = 0.0 < value < 1.0
    if not fits:
        raise PydanticCustomError("holdout", "must be a count (1, 2, ...) or a fraction between 0 and 1")
    return value


CountOrFraction = Annotated[
    int | float,
    PlainValidator(_count_or_fraction),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            ]
        }
    ),
]


class Source(Block):
    """Examples from files, a `save_to_disk` folder, a package, or a hub."""

    TAG: ClassVar[str] = "source"

    path: Paths
    """A file, several files, a `save_to_disk` folder, a hub id, or `package:<module>/<path inside it>`."""
    config: str | None = None
    """The hub data set's configuration (subset)."""
    split: str | None = None
    """The split of a hub data set or a `save_to_disk` folder; null: train, or validation."""
    revision: str | None = None
    """The hub revision: a branch, a tag or a commit."""
    format: Literal["csv", "tsv", "jsonl", "parquet", "squad", "conll", "text"] | None = None
    """The file format; null: from the file's name (a final .gz is fine). squad: SQuAD's JSON, which .json means in
    question answering (jsonl anywhere else). conll: a token and, last, its tag a line, a blank line after each sentence
    (token_classification). text: one text a line, for data.train of an embedding that does not train."""
    quoting: bool | None = None
    """Whether a double quote wraps a cell that holds separators; null: csv yes, tsv no (as in GLUE)."""
    header: bool = True
    """Whether the first line of a csv or tsv names the columns."""
    columns: tuple[str, ...] | None = None
    """The columns' names where the file has no header."""
    where: dict[str, Text] = Field(default_factory=dict)
    """Only rows in which each of these columns has this value."""
    limit: PositiveInt | None = None
    """At most this many rows, drawn at random."""
    seed: NonNegativeInt | None = None
    """The seed of that draw; null: the recipe's."""

    @model_validator(mode="after")
    def _columns_stand_for_a_header(self) -> Source:
        if not self.header and not self.columns:
            raise PydanticCustomError(
                "columns", "header is false, so columns must name the file's columns in order"
            )
        if self.header and self.columns:
            raise PydanticCustomError(
                "columns", "columns is for files without a header: set header to false, or drop columns"
            )
        return self


class Holdout(Block):
    """Examples taken from the training set, seeded and stratified by label."""

    TAG: ClassVar[str] = "holdout"

    holdout: CountOrFraction
    """How many: a count, or a fraction of the training set."""


def _source_or_holdout(value: Any) -> str:
    holdout = "holdout" in value if isinstance(value, dict) else isinstance(value, Holdout)
    return Holdout.TAG if holdout else Source.TAG


Validation = Annotated[
    Annotated[Source, Tag(Source.TAG)] | Annotated[Holdout, Tag(Holdout.TAG)],
    Discriminator(_source_or_holdout),
]


class DataConfig(Block):
    """Examples: where they are, what their columns mean, how long they may be."""

    train: Source
    """The examples that train."""
    validation: Validation = Holdout(holdout=0.1)
    """The examples on which epochs are chosen: a source, or {holdout: a count or a fraction of train}."""
    test: Validation | None = None
    """The examples that the exported files are measured on, which nothing was chosen on: a source or {holdout: ...} too;
    null: those of validation."""
    distinct: bool = False
    """Whether, of examples with the same texts, only the first of a source counts."""
    text_column: str = "text"
    """The column of the text (of the first text, in a pair)."""
    text_pair_column: str | None = None
    """The column of the second text; null: single texts."""
    both_orders: bool = False
    """Whether a pair trains in both orders: where these mean the same, as of paraphrases. Pairs to measure on stay as they
    are."""
    label_column: str = "label"
    """The column of the label (of the score, in regression; of the intent, in intent_slots; of all labels, in multi_label:
    a list, or text)."""
    label_separator: Text | None = None
    """What stands between the labels in a cell of text; null: a comma. multi_label alone."""
    label_columns: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    """Columns of 0 and 1, one a label and called like it, in place of label_column. multi_label alone."""
    tokens_column: str = "tokens"
    """The column of a list of tokens (token_classification, intent_slots)."""
    tags_column: str = "tags"
    """The column of a list of their tags (token_classification, intent_slots)."""
    id_column: str | None = None
    """The column of a unique id; null: rows are numbered."""
    bad_answers: Literal["error", "drop"] = "error"
    """What becomes of a question whose answer does not stand in its context where it should: error refuses it, drop leaves it
    out, and says how many (question answering)."""
    max_length: Annotated[int, Field(ge=8)] = 128
    """Word pieces in an example, [CLS] and [SEP] included; longer ones are cut, or read in windows, as the task has it."""
    max_length_percentile: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    """Shortens max_length to what this share (per cent) of the training examples fit in, once their pieces are counted;
    export.sequence_length follows. null: max_length stays as it is."""
    stride: NonNegativeInt | None = None
    """Word pieces that neighbouring windows of a long text share, in tasks that have windows; null: a quarter of max_length."""
    batch_size: PositiveInt = 32
    """Examples in a batch when the model is evaluated (training has its own)."""
    calibration_examples: PositiveInt = 256
    """Training examples, of all lengths, from which activation ranges are measured."""
