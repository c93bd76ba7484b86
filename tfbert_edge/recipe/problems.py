"""Every mistake of a recipe, at its place, with the legal values."""

from __future__ import annotations

import difflib
import json
import re
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tfbert_edge.recipe.block import Block
from tfbert_edge.recipe.checks import contradictions
from tfbert_edge.recipe.contradiction import Path
from tfbert_edge.recipe.document import Document
from tfbert_edge.recipe.schema import Holdout, Recipe

# What stands in for a required block that is missing or wrong, so that the others can still be compared.
_STAND_IN = {
    "name": "x",
    "task": {"type": "classification"},
    "model": {"checkpoint": "x"},
    "data": {"train": {"path": "x"}},
}


def validated(document: Document) -> tuple[Recipe | None, list[str]]:
    """The recipe that a document says, or None and every mistake in it."""
    try:
        written = json.loads(json.dumps(document.data, default=str))
    except (ValueError, RecursionError):
        return None, [f"{document.name}: an anchor stands inside itself; write the value out"]
    if not isinstance(written, dict):
        was = "empty" if document.data is None else f"a {type(document.data).__name__}"
        return None, [
            f"{document.name}: must be a mapping with the keys {', '.join(Recipe.model_fields)}; was {was}"
        ]
    recipe, errors = _validate(written)
    wrong = [(_path_and_block(error["loc"]), error) for error in errors]
    found = [(path, _message(error, path, block)) for (path, block), error in wrong]
    whole = recipe or _repaired(written)
    if whole is not None:
        bad = [path for path, _ in found]
        for one in contradictions(whole):
            if not any(_overlap(path, involved) for path in bad for involved in one.involved):
                found.append((one.path, one.message))
    lines = [
        f"{document.place(path)}: {'.'.join(map(str, path)) or 'recipe'}: {text}" for path, text in found
    ]
    return (None if lines else recipe), lines


def _validate(data: Any) -> tuple[Recipe | None, list[ErrorDetails]]:
    try:
        # Through JSON, because strictness there still takes a list for a tuple and 1 for 1.0.
        return Recipe.model_validate_json(json.dumps(data), strict=True, context={"collect": True}), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _repaired(data: Any) -> Recipe | None:
    """The recipe without its wrong parts: enough to compare the others."""
    for _ in range(5):
        recipe, errors = _validate(data)
        if recipe is not None:
            return recipe
        wrong = [_path_and_block(error["loc"])[0] for error in errors]
        # A block that misses a required key is left out whole; one with a wrong key loses that key.
        parts = [
            path[:-1] if error["type"] == "missing" else path
            for path, error in zip(wrong, errors, strict=True)
        ]
        kept = _without(data, [path for path in parts if path])
        data = {**_STAND_IN, **(kept if isinstance(kept, dict) else {})}
    return None


_GONE = object()


def _without(value: Any, wrong: list[Path]) -> Any:
    """A block without the parts that are wrong."""
    if any(not path for path in wrong):
        return _GONE
    if not wrong or not isinstance(value, dict):
        return value if not wrong else _GONE
    kept = {
        key: _without(item, [path[1:] for path in wrong if path[0] == key]) for key, item in value.items()
    }
    return {key: item for key, item in kept.items() if item is not _GONE}


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _path_and_block(location: tuple[int | str, ...]) -> tuple[Path, type[Block] | None]:
    """pydantic's location without the names of a union's members, and the block that its last part is in."""
    blocks: list[type[Block]] = [Recipe]
    owner: type[Block] | None = Recipe
    path: list[int | str] = []
    chosen = True
    for depth, part in enumerate(location):
        if not chosen:
            member = [block for block in blocks if part == getattr(block, "TAG", None)]
            if member:
                blocks, chosen = member, True
                continue
        path.append(part)
        if isinstance(part, int) or not blocks:
            owner = None
            continue
        owner = blocks[0] if len(blocks) == 1 else None
        if depth == len(location) - 1:
            break
        field = owner.model_fields.get(part) if owner else None
        blocks = _blocks_in(field.annotation) if field else []
        chosen = len(blocks) == 1 and getattr(blocks[0], "TAG", None) is None
    return tuple(path), owner


def _blocks_in(annotation: Any) -> list[type[Block]]:
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return [annotation]
    return [block for one in get_args(annotation) for block in _blocks_in(one)]


def _message(error: ErrorDetails, path: Path, block: type[Block] | None) -> str:
    kind, was, context = error["type"], error.get("input"), error.get("ctx", {})
    shown = _shown(was)
    if kind == "extra_forbidden" and path:
        legal = list(block.model_fields) if block else []
        either = (
            f"; to change between a holdout and a source, set {'.'.join(map(str, path[:2]))} as a whole"
            if block is Holdout
            else ""
        )
        return (
            f"no such key{_did_you_mean(str(path[-1]), legal)}; the keys here are {', '.join(legal)}{either}"
        )
    if kind == "missing":
        return "is required, and is missing"
    if kind == "literal_error":
        legal = _literals(context["expected"])
        return f"must be {_either(legal)}, was {shown}{_did_you_mean(was, legal)}"
    if kind == "union_tag_invalid":
        legal = _literals(context["expected_tags"])
        key = context["discriminator"].strip("'")
        tag = context["tag"]
        return f"its {key} must be {_either(legal)}, was {tag!r}{_did_you_mean(tag, legal)}"
    if kind == "union_tag_not_found":
        return f"needs the key {context['discriminator']}, was {shown}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        keys = ", ".join(_inner_keys(block, path))
        return f"must be a mapping{f' with the keys {keys}' if keys else ''}, was {shown}"
    if kind == "tuple_type":
        return f"must be a list, was {shown}"
    if kind == "string_pattern_mismatch":
        return f"must be made of small letters, digits and hyphens ({context['pattern']}), was {shown}"
    text = error["msg"].removeprefix("Value error, ").removeprefix("Input should ").replace("a valid ", "")
    text = re.sub(r"^be (integer|number|string|boolean)", _with_article, text)
    text = text.replace("be greater than or equal to", "be at least").replace(
        "be less than or equal to", "be at most"
    )
    text = text.replace("be greater than", "be above").replace("be less than", "be below")
    text = f"must {text}" if text.startswith("be ") else text[:1].lower() + text[1:]
    return text if isinstance(was, dict) else f"{text}, was {shown}"


def _with_article(found: re.Match[str]) -> str:
    return f"be {'an' if found[1][0] in 'aeiou' else 'a'} {found[1]}"


def _inner_keys(block: type[Block] | None, path: Path) -> list[str]:
    field = block.model_fields.get(str(path[-1])) if block and path else None
    inner = _blocks_in(field.annotation) if field else []
    return list(dict.fromkeys(key for one in inner for key in one.model_fields))


def _literals(expected: str) -> list[str]:
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _either(legal: list[str]) -> str:
    return legal[0] if len(legal) == 1 else f"one of {', '.join(legal)}"


def _did_you_mean(was: Any, legal: list[str]) -> str:
    close = difflib.get_close_matches(was, legal, n=1, cutoff=0.6) if isinstance(was, str) else []
    return f" (did you mean {close[0]}?)" if close else ""


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
