"""Every recipe that comes with the package runs, on a tiny BERT and on files of the layout that it expects."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tfbert_edge.cli.main import run
from tfbert_edge.recipe import Recipe, builtin_recipes, load_recipe
from tfbert_edge.recipe.schema import Holdout, Source

WORDS = "the film plot actor scene is was good bad great awful fine dull funny sad best worst".split()
ROWS = 48


def sentence(draw: random.Random, number: int) -> str:
    # The number keeps sentences apart: equal ones in train and dev would be a leak.
    return " ".join([*draw.choices(WORDS, k=draw.randint(3, 9)), str(number)])


def labels_of(recipe: Recipe) -> list[str]:
    if recipe.task.type in ("regression", "embedding"):
        return ["0.0", "1.5", "2.5", "5.0"]
    labels = list(recipe.task.labels or ("0", "1"))
    if recipe.task.type == "multi_label":
        # By number: none, one or two of them, each at some place.
        return [
            ",".join(str((at + more) % len(labels)) for more in range(at % 3)) for at in range(len(labels))
        ]
    return labels


def write_source(source: Source, path: Path, recipe: Recipe, *, seed: int) -> None:
    """A file as ``source`` describes it: separator, header, and every column that the recipe names."""
    draw = random.Random(seed)
    if recipe.task.type == "question_answering":
        path.write_text(json.dumps(squad(draw, seed)), encoding="utf-8")
        return
    if recipe.task.type == "summarization":
        lines = [json.dumps(article(draw, number, recipe)) for number in range(ROWS)]
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        return
    data = recipe.data
    used = [data.text_column, data.text_pair_column, data.label_column, data.id_column, *source.where]
    columns = list(source.columns or dict.fromkeys(name for name in used if name))
    separator = "," if path.name.endswith(".csv") else "\t"
    with path.open("w", newline="", encoding="utf-8") as file:
        quoting = csv.QUOTE_MINIMAL if separator == "," else csv.QUOTE_NONE
        writer = csv.writer(file, delimiter=separator, quoting=quoting, lineterminator="\n")
        if source.header:
            writer.writerow(columns)
        for number in range(ROWS):
            labels = labels_of(recipe)
            cells = {name: f"{name}{number}" for name in columns} | dict(source.where)
            for name in (data.text_column, data.text_pair_column):
                if name:
                    cells[name] = sentence(draw, seed * ROWS + number)
            cells[data.label_column] = labels[number % len(labels)]
            writer.writerow([cells[name] for name in columns])


def article(draw: random.Random, number: int, recipe: Recipe) -> dict[str, str]:
    """A document of five sentences, of which the second and the fourth are its summary."""
    told = [f"The {sentence(draw, place)}." for place in range(number * 5, number * 5 + 5)]
    data = recipe.data
    row = {data.text_column: " ".join(told), data.label_column: f"{told[3]}{told[1]}"}
    return row | ({data.id_column: f"article {number}"} if data.id_column else {})


def squad(draw: random.Random, seed: int) -> dict[str, Any]:
    """Questions in SQuAD's form, each about a context of its own."""
    paragraphs = []
    for number in range(ROWS):
        context = sentence(draw, seed * ROWS + number)
        answers = [{"text": context.split()[1], "answer_start": context.index(" ") + 1}]
        asked = {"id": f"{seed}-{number}", "question": sentence(draw, number), "answers": answers}
        paragraphs.append({"context": context, "qas": [asked]})
    return {"version": "1.1", "data": [{"title": "made", "paragraphs": paragraphs}]}


def write_tagged(source: Source, path: Path, recipe: Recipe, *, seed: int) -> None:
    """Columns of a token and a tag, in which numbers are entities of each type in turn."""
    draw = random.Random(seed)
    kinds = sorted({label[2:] for label in recipe.task.labels or ("O", "B-X", "I-X", "B-Y", "I-Y")} - {""})
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            words = sentence(draw, seed * ROWS + number).split()
            tags = ["O"] * (len(words) - 1) + [f"B-{kinds[number % len(kinds)]}"]
            file.writelines(f"{word} {tag}\n" for word, tag in zip(words, tags, strict=True))
            file.write("\n")


def write_requests(source: Source, path: Path, recipe: Recipe, *, seed: int) -> None:
    """JSON Lines of tokens, tags and an intent."""
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            words = sentence(draw, seed * ROWS + number).split()
            tags = ["O"] * (len(words) - 1) + ["B-number"]
            row = {"tokens": words, "tags": tags, recipe.data.label_column: f"intent{number % 3}"}
            file.write(json.dumps(row) + "\n")


WRITERS = {"intent_slots": write_requests, "token_classification": write_tagged}
"""Tasks whose files are no tables."""


def tiny_overrides(recipe: Recipe, folder: Path, checkpoint: Path) -> list[str]:
    """The recipe as it is, on files made here, with few and small steps."""
    overrides = [f"model.checkpoint={checkpoint}", "data.max_length=24", "data.calibration_examples=16"]
    overrides += ["data.stride=null", "training.evaluation_examples=null"]
    overrides += ["training.epochs=1", "training.batch_size=16", "training.precision=float32", "compress=[]"]
    overrides += [
        "export.forms=[float32]",
        "validate.latency_runs=3",
        "validate.threads=[1]",
        "bundle.form=float32",
    ]
    overrides += [f"validate.gates={{form: float32, {', '.join(f'{gate}: null' for gate in GATES)}}}"]
    for role in ("train", "validation", "test"):
        source = getattr(recipe.data, role)
        if source is None:
            continue
        if isinstance(source, Holdout):
            overrides.append(f"data.{role}.holdout=12")
            continue
        paths = []
        for number, original in enumerate(source.path):
            path = folder / f"{role}{number}-{Path(original).name}"
            WRITERS.get(recipe.task.type, write_source)(source, path, recipe, seed=len(overrides) + number)
            paths.append(str(path))
        overrides.append(f"data.{role}.path={json.dumps(paths)}")
    return overrides


GATES = ("max_accuracy_drop", "max_size_mib", "max_p90_ms", "min_metric", "min_agreement")


@pytest.mark.parametrize("name", builtin_recipes())
def test_builtin_recipe_on_tiny_settings_runs_to_the_bundle(
    name: str, tmp_path: Path, make_tiny_bert: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    recipe = load_recipe(name)
    overrides = tiny_overrides(recipe, tmp_path, make_tiny_bert(tmp_path / "bert"))
    arguments = [part for override in overrides for part in ("--set", override)]

    code = run(["run", name, *arguments, "--output", str(tmp_path / "run"), "--debug"])

    assert code == 0, capsys.readouterr().err
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["name"] == name
    assert (tmp_path / "run" / "bundle.zip").is_file()
