"""What the user asked for: a recipe in YAML, checked as a whole before anything runs."""

from __future__ import annotations

from tfbert_edge.recipe.load import builtin_recipes, dump_recipe, json_schema, load_recipe
from tfbert_edge.recipe.schema import Recipe

__all__ = ["Recipe", "builtin_recipes", "dump_recipe", "json_schema", "load_recipe"]
