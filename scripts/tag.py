"""Tag the sentences of a CoNLL file with a bundle: python scripts/tag.py runs/conll2003/bundle conll2003/test.txt

Prints each token with its true tag and then the bundle's, both in one scheme, as conlleval reads them; a blank line after each
sentence.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tfbert_edge.data.conll import conll_sentences
from tfbert_edge.errors import DataError, exit_with
from tfbert_edge.runtime.entities import project
from tfbert_edge.runtime.predictor import Predictor
from tfbert_edge.runtime.tags import SCHEMES, span_tags, tag_spans
from tfbert_edge.tasks.tagging import tagged_value

TASK = "token_classification"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", help=f"the folder or zip of a bundle for {TASK}")
    parser.add_argument("file", type=Path, help="a token and, last, its tag a line, in any scheme")
    parser.add_argument(
        "--scheme", choices=list(SCHEMES), default="IOB2", help="of the tags that are printed"
    )
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    predictor = Predictor.from_bundle(arguments.bundle, threads=arguments.threads)
    if predictor.manifest.task != TASK:
        raise DataError(
            f"the bundle must be for {TASK}, {arguments.bundle} is for {predictor.manifest.task}. Name another."
        )
    if not arguments.file.is_file():
        raise DataError(f"there is no file {arguments.file}. Name a file in CoNLL's columns.")
    for sentence in conll_sentences(str(arguments.file), arguments.file.name):
        text, value = tagged_value(sentence.tokens, sentence.tags)
        found = project(predictor(text).entities, value["spans"])
        true, ours = (
            span_tags(tag_spans(tags), len(tags), arguments.scheme) for tags in (sentence.tags, found)
        )
        for columns in zip(sentence.tokens, true, ours, strict=True):
            print(*columns)
        print()


if __name__ == "__main__":
    exit_with(main)
