"""``tfbert-edge recipes``: what comes with the package, and what a recipe may say."""

from __future__ import annotations

import typer

from tfbert_edge.cli.options import Json, Overrides, RecipeArgument, print_json

app = typer.Typer(help="List and show recipes; print the schema for editors.", no_args_is_help=True)


@app.command("list")
def list_recipes(as_json: Json = False) -> None:
    """List the builtin recipes.

    Example: `tfbert-edge recipes list`
    """
    from tfbert_edge.recipe import builtin_recipes

    found = builtin_recipes()
    if as_json:
        print_json(found)
        return
    width = max(map(len, found), default=0)
    for name, description in found.items():
        print(f"{name:{width}}  {description}")


@app.command("show")
def show(recipe: RecipeArgument, overrides: Overrides = None) -> None:
    """Print a recipe with every default written out; a start for one's own.

    Example: `tfbert-edge recipes show rotten-tomatoes > my-recipe.yaml`
    """
    from tfbert_edge.recipe import dump_recipe, load_recipe

    print(dump_recipe(load_recipe(recipe, overrides or [])), end="")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of a recipe, for completion and checks in an editor.

    Example: `tfbert-edge recipes schema > recipe.schema.json`
    """
    from tfbert_edge.recipe import json_schema

    print_json(json_schema())
