"""The ``export``, ``validate`` and ``bundle`` blocks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tfbert_edge.recipe.block import Block, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

Form = Literal["float32", "float16", "dynamic", "int8", "int4", "int16x8"]


class CalibrationConfig(Block):
    """How activation ranges are measured."""

    methods: Annotated[tuple[Literal["minmax", "percentile", "mse"], ...], Field(min_length=1)] = (
        "minmax",
        "percentile",
        "mse",
    )
    """The methods to try; the one with the best measured accuracy is taken."""
    percentile: Annotated[float, Field(gt=50.0, le=100.0)] = 99.9
    """The percentile of the percentile method."""


class ExportConfig(Block):
    """The files that are made."""

    forms: Annotated[tuple[Form, ...], Field(min_length=1)] = (
        "float32",
        "float16",
        "dynamic",
        "int8",
        "int16x8",
    )
    """int4: int8 but for the matrices to which the step mixed_precision has given 4 bits."""
    sequence_length: Annotated[int, Field(ge=8)] | None = None
    """The fixed length of the model's input; null: data.max_length."""
    calibration: CalibrationConfig = CalibrationConfig()
    steps: Literal["auto", "dynamic", "int8", "float32"] | None = "auto"
    """The form in which the network before and after each compression step is exported too, and measured; null: none.
    auto: dynamic where there is a step beside quantize_aware, else null. int8 calibrates by percentile."""


class Gates(Block):
    """Limits on one form's measured figures; a figure outside ends the run (exit code 2). null: no limit."""

    max_accuracy_drop: NonNegativeFloat | None = 2.0
    """Points (hundredths of the primary metric) below Keras."""
    max_size_mib: PositiveFloat | None = None
    max_p90_ms: PositiveFloat | None = None
    min_metric: float | None = None
    """The least value of the primary metric."""
    min_agreement: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    """The least share of examples decided as Keras decides them."""
    form: Form = "int8"
    """The form that is held to these limits."""


class ValidateConfig(Block):
    """What is measured in LiteRT."""

    examples: PositiveInt | None = None
    """Of the examples to measure on, how many, drawn by the seed: for a first look at a large set or a slow form.
    null: all."""
    threads: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 2)
    latency_runs: PositiveInt = 100
    gates: Gates = Gates()


class BundleConfig(Block):
    """What goes to the phone."""

    form: Form = "int8"
    eval_examples: NonNegativeInt = 200
    """Labelled examples that go along, for measuring on the device; evenly spread over those that the files are measured on."""
    zip: bool = True
