"""What a recipe says twice, and differently."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Contradiction:
    """``path`` is where it is shown; it stays unsaid while an ``involved`` field is wrong by itself."""

    path: Path
    message: str
    involved: tuple[Path, ...]


def contradiction(path: str, message: str, *others: str) -> Contradiction:
    """The contradiction shown at ``path``; ``others`` are the fields that it also involves."""
    return Contradiction(split(path), message, tuple(split(one) for one in (path, *others)))


def split(dotted: str) -> Path:
    """``a.0.b`` as ``("a", 0, "b")``."""
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))
