"""Answer texts with a bundle: python scripts/predict.py runs/quickstart/bundle "a gripping film" "a bore"

Reads texts from standard input, one a line, when none are named.
"""

from __future__ import annotations

import argparse
import json
import sys

from tfbert_edge.errors import exit_with
from tfbert_edge.runtime.decode import as_json
from tfbert_edge.runtime.predictor import Predictor


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answer texts with a bundle.")
    parser.add_argument("bundle", help="a bundle's folder or zip")
    parser.add_argument("texts", nargs="*", help="texts to answer; standard input when there are none")
    parser.add_argument("--pair", help="the second text of a task that has two")
    parser.add_argument("--top-k", type=int, help="how many labels to list")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    predictor = Predictor.from_bundle(arguments.bundle, threads=arguments.threads)
    for text in arguments.texts or (line.rstrip("\n") for line in sys.stdin):
        answer = as_json(predictor(text, arguments.pair, top_k=arguments.top_k))
        if "value" in answer and not arguments.json:
            print(f"{answer['value']:.3f}  {text}")
        elif "label" not in answer or arguments.json:
            print(json.dumps({"text": text, **answer}))
        else:
            scores = "  ".join(f"{score['label']} {score['score']:.3f}" for score in answer["scores"])
            print(f"{scores}  {text}")


if __name__ == "__main__":
    exit_with(main)
