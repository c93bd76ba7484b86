"""What the stages of one run share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tfbert_edge.atomic import write_text
from tfbert_edge.console import Console
from tfbert_edge.recipe import Recipe, dump_recipe
from tfbert_edge.stages.record import RunRecord

if TYPE_CHECKING:
    from tfbert_edge.data.examples import Examples
    from tfbert_edge.data.features import Features
    from tfbert_edge.runtime.tokenizer import Tokenizer
    from tfbert_edge.tasks.base import Task

RECIPE_FILE = "recipe.yaml"


@dataclass(frozen=True)
class RunData:
    """The examples of a run; the same each time they are loaded, because every draw is seeded by the recipe."""

    task: Task
    train: Examples
    validation: Examples
    warnings: list[str]
    test: Examples | None = None

    @property
    def evaluation(self) -> Examples:
        """The examples to measure on in the end: those of the test, or, without one, of the validation."""
        return self.validation if self.test is None else self.test


@dataclass
class Run:
    """A run folder with its recipe, its record, and where to say what is going on."""

    folder: Path
    recipe: Recipe
    record: RunRecord
    console: Console

    def resolve(self, recipe: Recipe) -> None:
        """Go on with ``recipe``, in which something was resolved, and write it and the record."""
        self.recipe = recipe
        if not self.record.on_disk:
            return
        text = dump_recipe(recipe)
        self.record.describe(command=self.record.content["command"], recipe_text=text, measures=False)
        self.record.save()
        write_text(self.folder / RECIPE_FILE, text)

    @property
    def model_folder(self) -> Path:
        """The fine-tuned model, as a Hugging Face folder."""
        return self.folder / "train" / "model"

    @property
    def export_folder(self) -> Path:
        """The exported files."""
        return self.folder / "export"

    @cached_property
    def checkpoint(self) -> Path:
        """The folder of the pretrained model."""
        from tfbert_edge.models.checkpoint_resolve import resolve_checkpoint

        return resolve_checkpoint(self.recipe.model.checkpoint, self.recipe.model.revision)

    @cached_property
    def data(self) -> RunData:
        """The examples, loaded once; warnings are said once."""
        from tfbert_edge.data.sources import load_examples

        splits = load_examples(self.recipe.data, self.recipe.task, seed=self.recipe.seed)
        for warning in splits.warnings:
            self.console.say(f"warning: {warning}")
        return RunData(splits.task, splits.train, splits.validation, list(splits.warnings), splits.test)

    @cached_property
    def task(self) -> Task:
        """The task with its labels, from the recipe or, after training, from the record; loads no data then."""
        from tfbert_edge.tasks import task_from

        recorded = self.record.content["data"]
        if "task" in recorded:
            return task_from(**recorded["task"])
        settings = self.recipe.task.model_dump(mode="json")
        if "labels" in settings and settings["labels"] is None:
            # Runs of earlier versions recorded the labels alone.
            if not recorded.get("labels"):
                return self.data.task
            settings["labels"] = recorded["labels"]
        return task_from(**settings)

    def know_task(self, task: Task) -> None:
        """Take ``task`` for this run's, and keep it in the record for the stages that load no data."""
        self.record.content["data"]["task"] = {"type": task.name, **task.parameters}
        self.task = task

    def features(
        self, examples: Examples, tokenizer: Tokenizer, *, max_length: int | None = None
    ) -> Features:
        """Encode examples with the recipe's maximum length, or a shorter one."""
        from tfbert_edge.data.features import encode_examples

        return encode_examples(
            examples, tokenizer, max_length=max_length or self.recipe.data.max_length, task=self.data.task
        )

    def training_features(self, tokenizer: Tokenizer, examples: Examples | None = None) -> Features:
        """Encode the training examples, or others to learn on, in both orders where ``data.both_orders`` says so."""
        train = self.data.train if examples is None else examples
        return self.features(train.in_both_orders() if self.recipe.data.both_orders else train, tokenizer)

    def trial_features(self, tokenizer: Tokenizer) -> Features:
        """Encode the validation examples on which epochs and steps are compared: ``training.evaluation_examples`` of them."""
        examples = self._drawn(self.data.validation, self.recipe.training.evaluation_examples)
        return self.features(examples, tokenizer)

    @cached_property
    def measured_examples(self) -> Examples:
        """The examples that the exported files are measured on: ``validate.examples`` of those there are."""
        return self._drawn(self.data.evaluation, self.recipe.validate.examples)

    def _drawn(self, examples: Examples, count: int | None) -> Examples:
        import numpy as np

        if count is None or count >= len(examples):
            return examples
        drawn = np.random.default_rng(self.recipe.seed).permutation(len(examples))[:count]
        return examples.select(np.sort(drawn))

    def check_gates(self) -> None:
        """Hold the figures against the recipe's gates.

        Raises:
            GateError: a gate failed; the message says which, and by how much.
        """
        from tfbert_edge.validate.gates import check_gates

        check_gates(self.record.stages.get("validate", {}).get("gates", []))

    def forms_table(self) -> str:
        """The forms with quality, size and latency, for a terminal; empty before they are validated."""
        from tfbert_edge.report import forms_table

        return forms_table(self.record.content, brief=True).text() if "validate" in self.record.stages else ""
