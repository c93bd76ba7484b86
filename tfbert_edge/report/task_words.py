"""What the model card says of a task."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tfbert_edge.report import figures as fig
from tfbert_edge.report.figures import Run


@dataclass(frozen=True)
class TaskWords:
    """What the network gives, how the predictor is called, and whether it reads long texts in windows.

    ``{types}`` in ``gives`` stands for the types that its labels tag.
    """

    gives: str
    call: str
    windows: bool = False


TASK_WORDS = {
    "embedding": TaskWords(
        "a vector for a text, whose angle to another text's says how alike the two are",
        'predictor("a text", "another text").similarity',
    ),
    "question_answering": TaskWords(
        "the part of a context that answers a question",
        'predictor("a question", "a context").answer',
        windows=True,
    ),
    "regression": TaskWords("a number for a text", 'predictor("a text to rate")'),
    "summarization": TaskWords(
        "the sentences that make a document's summary", 'predictor("a document").summary', windows=True
    ),
    "intent_slots": TaskWords(
        "the intent of a text and its slots, of the types {types}", 'predictor("a request")', windows=True
    ),
    "token_classification": TaskWords(
        "the entities in a text, of the types {types}",
        'predictor("a text with names").entities',
        windows=True,
    ),
}


def task_words(run: Run) -> TaskWords:
    """The words of the run's task; those of labels hold them."""
    # Runs of earlier versions do not say their task.
    name = fig.task_of(run) or ("regression" if fig.gives_numbers(run) else "")
    labels = (run.get("data") or {}).get("labels") or fig.stage(run, "validate").get("labels") or []
    if name in TASK_WORDS:
        types = ", ".join(label[2:] for label in labels if label.startswith("B-"))
        return replace(TASK_WORDS[name], gives=TASK_WORDS[name].gives.format(types=types))
    how_many = "any number" if name == "multi_label" else "one"
    return TaskWords(
        f"{how_many} of {len(labels)} labels: {', '.join(labels)}", 'predictor("a text to judge")'
    )
