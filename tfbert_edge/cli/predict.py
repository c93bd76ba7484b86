"""``tfbert-edge predict``: answers from a bundle."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfbert_edge.cli.options import BundleArgument

if TYPE_CHECKING:
    from tfbert_edge.cli.predict_inputs import Asked
    from tfbert_edge.runtime.predictor import Predictor


def predict(
    bundle: BundleArgument,
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]...", help="Texts; without any, the lines of --file or stdin."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="Read lines from here; .jsonl is JSON, .gz is fine."
        ),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Lines are JSON: {"text", "text_pair"} or {"question", "context"}, and "id".'
        ),
    ] = False,
    pair: Annotated[
        bool,
        typer.Option(
            "--pair",
            help="Two texts an answer: arguments by twos, or lines with a tab between. Where a task always has two, it is so.",
        ),
    ] = False,
    top_k: Annotated[
        int | None,
        typer.Option(
            "--top-k", min=1, help="How many labels or answers to list. Default: as the task has it."
        ),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads for the kernels that can share work.")] = 1,
) -> None:
    """Answer texts with a bundle, one JSON object a line. Needs no TensorFlow.

    What was asked stands first (an id too), the answer after it. Empty lines are left out. A line that cannot be answered
    is told on stderr with its number; the others are answered all the same, and the exit code is 1.

    Examples:

    - `tfbert-edge predict runs/rotten-tomatoes/bundle "a gripping, moving film"`
    - `tfbert-edge predict bundle.zip --top-k 1 < reviews.txt`
    - `tfbert-edge predict runs/mrpc/bundle --pair "He left." "He went away."`
    - `tfbert-edge predict runs/squad/bundle --file questions.jsonl`
    """
    from tfbert_edge.cli.predict_inputs import Asked
    from tfbert_edge.errors import DataError
    from tfbert_edge.runtime.predictor import Predictor

    if texts and (file or jsonl):
        raise DataError(
            "texts are given as arguments, so --file and --jsonl have nothing to say. Leave them out."
        )
    predictor = Predictor.from_bundle(bundle, threads=threads)
    pair = pair or predictor.reader.paired is True
    done = failed = 0
    for where, ask in _questions(texts or [], file, pair=pair, jsonl=jsonl):
        try:
            if not isinstance(ask, Asked):
                raise ask
            _answer(predictor, ask, top_k)
        except DataError as error:
            failed += 1
            print(f"error: {where}: {error}", file=sys.stderr, flush=True)
        done += 1
    if failed:
        raise DataError(f"{failed:,} of {done:,} could not be answered; see above.")


def _questions(
    texts: list[str], file: Path | None, *, pair: bool, jsonl: bool
) -> Iterator[tuple[str, Asked | Exception]]:
    """Each thing asked, or why it cannot be, with where it stands."""
    from tfbert_edge.cli.predict_inputs import is_json_lines, lines_of, of_arguments
    from tfbert_edge.errors import DataError

    if texts:
        yield from (
            (f"text {number}", ask) for number, ask in enumerate(of_arguments(texts, pair=pair), start=1)
        )
        return
    as_json = jsonl or is_json_lines(file)
    for line in lines_of(file):
        try:
            ask = line.parse(pair=pair, as_json=as_json)
        except DataError as error:
            yield line.where, error
            continue
        if ask is not None:
            yield line.where, ask


def _answer(predictor: Predictor, ask: Asked, top_k: int | None) -> None:
    from tfbert_edge.runtime.decode import as_json

    ask.check()
    answer = as_json(predictor(ask.text, ask.pair, top_k=top_k))
    # A name that both have is the answer's: what was asked is known.
    print(json.dumps({**ask.said, **answer}, ensure_ascii=False), flush=True)
