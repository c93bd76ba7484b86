"""What every block of a recipe shares."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError


class Block(BaseModel):
    """A part of a recipe: it cannot be changed, and has no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def _as_text(value: Any) -> Any:
    """YAML reads ``0`` and ``true`` as a number and a boolean; as a label or a cell they are texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] >= limits[1]:
        raise PydanticCustomError("range", "must be [lowest, highest], the lowest first")
    return limits


Limits = Annotated[tuple[float, float], AfterValidator(_rising)]
Text = Annotated[str, BeforeValidator(_as_text)]
Probability = Annotated[float, Field(ge=0.0, lt=1.0)]
PositiveInt = Annotated[int, Field(ge=1)]
NonNegativeInt = Annotated[int, Field(ge=0)]
PositiveFloat = Annotated[float, Field(gt=0.0)]
NonNegativeFloat = Annotated[float, Field(ge=0.0)]
