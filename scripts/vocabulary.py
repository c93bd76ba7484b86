"""Look at a data set through word pieces, without training: what does a smaller or a larger vocabulary cost and save?

    python scripts/vocabulary.py rotten-tomatoes
    python scripts/vocabulary.py my-recipe.yaml --coverage 0.999 0.99 --general wikipedia.jsonl.gz --pieces 2000

A row a vocabulary: its size, the share of held-out pieces that it keeps, their pieces a word and the unknown ones. Then what a
maximum length would cut. The recipe's keys for these are model.trim_vocabulary, model.extend_vocabulary and
data.max_length_percentile.
"""

from __future__ import annotations

import argparse

from tfbert_edge.data.extension import extended, new_pieces
from tfbert_edge.data.lengths import cut_figures, example_lengths, length_for
from tfbert_edge.data.sources import load_examples
from tfbert_edge.data.unlabelled import load_unlabelled
from tfbert_edge.data.vocabulary import trimmed_vocabulary
from tfbert_edge.data.vocabulary_figures import vocabulary_figures
from tfbert_edge.data.word_counts import count_words
from tfbert_edge.errors import exit_with
from tfbert_edge.models.checkpoint_resolve import resolve_checkpoint
from tfbert_edge.recipe import load_recipe
from tfbert_edge.recipe.schema_unlabelled import Texts
from tfbert_edge.runtime.tokenizer import Tokenizer


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, or a builtin recipe's name")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--coverage", type=float, nargs="+", default=[1.0, 0.999, 0.99], metavar="SHARE")
    parser.add_argument("--general", nargs="+", metavar="PATH", help="general texts, in the column text")
    parser.add_argument("--pieces", type=int, nargs="+", default=[2000, 5000], help="new ones, at most")
    parser.add_argument("--min-count", type=int, default=5, help="how often a new one must be used")
    parser.add_argument("--percentile", type=float, nargs="+", default=[90.0, 95.0, 99.0, 100.0])
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    recipe = load_recipe(arguments.recipe, arguments.overrides)
    splits = load_examples(recipe.data, recipe.task, seed=recipe.seed)
    training, held_out = splits.train.all_texts(), (splits.test or splits.validation).all_texts()
    own = Tokenizer.from_folder(resolve_checkpoint(recipe.model.checkpoint, recipe.model.revision))

    vocabularies = {"the checkpoint's": own}
    for share in arguments.coverage:
        pieces = trimmed_vocabulary(own, training, coverage=share).pieces
        vocabularies[f"coverage {share:g}"] = Tokenizer.from_vocabulary(pieces, own.settings)
    if arguments.general:
        source = Texts(path=arguments.general)
        general, _ = load_unlabelled(source, setting="--general", seed=recipe.seed)
        counts = [count_words(own, texts) for texts in (training, general)]
        for most in arguments.pieces:
            new = new_pieces(own, *counts, pieces=most, min_count=arguments.min_count)
            print(f"{len(new):,} new: {', '.join(piece.text for piece in new[:12])}, ...")
            for name, one in list(vocabularies.items())[: len(arguments.coverage) + 1]:
                vocabularies[f"{name} and {len(new):,} new"], _ = extended(
                    one, [()] * len(one.vocabulary), new
                )
    print(f"{'vocabulary':40} {'pieces':>8} {'kept':>8} {'pieces/word':>12} {'unknown':>8}")
    for name, one in vocabularies.items():
        found = vocabulary_figures(own, one, held_out)
        per_word, unknown = found["pieces_per_word"]["after"], found["unknown"]["after"]
        print(
            f"{name:40} {len(one.vocabulary):>8,} {found['coverage']:>8.2%} {per_word:>12.4f} {unknown:>8,}"
        )

    lengths = example_lengths(splits.train, own, splits.task)
    for percentile in arguments.percentile:
        length = length_for(lengths, percentile, at_most=recipe.data.max_length)
        cut = cut_figures(lengths, length)
        share = cut["pieces_share"]
        print(
            f"length {length} ({percentile:g}%) is too short for {cut['examples']:,} examples, {share:.3%} of the pieces"
        )


if __name__ == "__main__":
    exit_with(main)
