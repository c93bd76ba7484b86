"""``tfbert-edge predict``: answers from a bundle."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from tfbert_edge.cli.options import BundleArgument


def predict(
    bundle: BundleArgument,
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT]...", help="Texts; without any, the lines of stdin.")
    ] = None,
    pair: Annotated[
        bool,
        typer.Option(
            "--pair", help="Two texts an answer: arguments by twos, or stdin lines with a tab between."
        ),
    ] = False,
    top_k: Annotated[
        int | None, typer.Option("--top-k", min=1, help="How many labels to list. Default: all.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads for the kernels that can share work.")] = 1,
) -> None:
    """Answer texts with a bundle, one JSON object a line. Needs no TensorFlow.

    Examples:

    - `tfbert-edge predict runs/rotten-tomatoes/bundle "a gripping, moving film"`
    - `tfbert-edge predict bundle.zip --top-k 1 < reviews.txt`
    - `tfbert-edge predict runs/mrpc/bundle --pair "He left." "He went away."`
    """
    from tfbert_edge.runtime.decode import as_json
    from tfbert_edge.runtime.predictor import Predictor

    predictor = Predictor.from_bundle(bundle, threads=threads)
    for text, other in _inputs(texts or [], pair):
        answer = as_json(predictor(text, other, top_k=top_k))
        said = {"text": text} if other is None else {"text": text, "text_pair": other}
        print(json.dumps({**said, **answer}, ensure_ascii=False), flush=True)


def _inputs(texts: list[str], pair: bool) -> Iterator[tuple[str, str | None]]:
    from tfbert_edge.errors import DataError

    if texts and pair:
        if len(texts) % 2:
            raise DataError(f"--pair needs an even number of texts, there are {len(texts)}. Quote each text.")
        yield from zip(texts[::2], texts[1::2], strict=True)
    elif texts:
        yield from ((text, None) for text in texts)
    else:
        yield from _lines(pair)


def _lines(pair: bool) -> Iterator[tuple[str, str | None]]:
    from tfbert_edge.errors import DataError

    for number, raw in enumerate(sys.stdin.buffer, start=1):
        try:
            line = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(
                f"stdin line {number} must be UTF-8 (byte {error.start} is not). Convert it first."
            ) from error
        if not line.strip():
            continue
        if not pair:
            yield line, None
            continue
        first, tab, second = line.partition("\t")
        if not tab:
            raise DataError(
                f"stdin line {number} must hold two texts with a tab between, it has no tab: {line[:60]!r}"
            )
        yield first, second
