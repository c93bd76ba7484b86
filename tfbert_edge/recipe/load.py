"""Recipes from files and from the package; overrides; back to YAML; a JSON schema for editors."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from tfbert_edge.errors import RecipeError
from tfbert_edge.recipe.document import read_document
from tfbert_edge.recipe.problems import validated
from tfbert_edge.recipe.schema import Recipe


def load_recipe(path_or_name: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe from a YAML file or by a builtin recipe's name, with ``a.b=value`` laid over it.

    Raises:
        RecipeError: there is no such recipe, or it has mistakes; the message lists all of them, each with its
            place (``file:line:column`` or the override), its dotted path and the legal values.
    """
    text, name = _text(path_or_name)
    document, lines = read_document(text, name)
    for override in overrides:
        problem = document.override(override)
        if problem:
            lines.append(f"--set {override}: {problem}")
    recipe = None
    if document.data is not None or not lines:
        recipe, more = validated(document)
        lines += more
    if lines or recipe is None:
        count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        raise RecipeError("\n  ".join([f"{count} in the recipe {name}:", *lines]))
    return recipe


def dump_recipe(recipe: Recipe) -> str:
    """The whole recipe as YAML, every default written out; `load_recipe` reads it back as equal."""
    return yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)


def json_schema() -> dict[str, Any]:
    """The JSON schema of a recipe, for completion and checks in an editor."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Recipe.model_json_schema()}


def builtin_recipes() -> dict[str, str]:
    """Name and description (the first comment) of each recipe that comes with the package."""
    return {name: _description(text) for name, text in _builtin_texts().items()}


@functools.cache
def _builtin_texts() -> dict[str, str]:
    folder = resources.files("tfbert_edge.recipe").joinpath("builtin")
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in files}


def _description(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").rstrip())
    return " ".join(lines)


def _text(path_or_name: str | Path) -> tuple[str, str]:
    name, path, builtin = str(path_or_name), Path(path_or_name), _builtin_texts()
    if path.is_file():
        try:
            return path.read_text(encoding="utf-8-sig"), name
        except UnicodeDecodeError as error:
            raise RecipeError(
                f"{name} must be UTF-8 text; byte {error.start} is not. Save it as UTF-8."
            ) from error
        except OSError as error:
            raise RecipeError(f"{name} cannot be read: {error.strerror}. Check its permissions.") from error
    if name in builtin:
        return builtin[name], name
    close = difflib.get_close_matches(name, builtin, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise RecipeError(
        f"no recipe {name!r}: it is neither a file nor a builtin recipe ({', '.join(builtin)}).{hint}"
    )
