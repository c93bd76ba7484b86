"""The word pieces with which a run trains: those of the checkpoint, trimmed and extended as the recipe says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tfbert_edge.data.extension import NewPiece, extended, new_pieces
from tfbert_edge.data.unlabelled import load_unlabelled
from tfbert_edge.data.vocabulary import trimmed_vocabulary
from tfbert_edge.data.vocabulary_figures import vocabulary_figures
from tfbert_edge.data.word_counts import count_words
from tfbert_edge.models.checkpoint import read_config
from tfbert_edge.recipe.schema_model import ExtendVocabulary
from tfbert_edge.runtime.tokenizer import Tokenizer
from tfbert_edge.stages.run import Run

SHOWN_PIECES = 20
FLOAT32_BYTES = 4


@dataclass(frozen=True)
class Vocabulary:
    """The tokenizer of a run, and where its pieces come from.

    ``rows``: of each piece, the ids in the checkpoint's vocabulary whose embeddings' mean is its own; None where the
    vocabulary is the checkpoint's. ``figures`` are what run.json says of it.
    """

    tokenizer: Tokenizer
    rows: list[tuple[int, ...]] | None
    figures: dict[str, Any]


def choose_vocabulary(run: Run) -> Vocabulary:
    """Trim the checkpoint's vocabulary and extend it, as the recipe says.

    Both go by how the checkpoint's own tokenizer spells the texts: trimming drops what these do not need, and then new pieces
    are added to what is left. The other way round, by the use of the extended tokenizer, trimming would also drop the pieces
    that spelled the new words, and words that the training texts lack would have to do without them.

    Raises:
        DataError: texts of ``model.extend_vocabulary`` or ``model.trim_vocabulary`` cannot be had, ``keep`` has what cannot be
            spelled, or the training texts need more than ``model.trim_vocabulary.pieces``.
    """
    model, texts = run.recipe.model, run.data.train.all_texts()
    before = tokenizer = Tokenizer.from_folder(run.checkpoint).with_stride(run.recipe.stride)
    own: list[tuple[int, ...]] = [(at,) for at in range(len(before.vocabulary))]
    rows = own
    figures: dict[str, Any] = {"before": len(own)}
    if model.trim_vocabulary.enabled:
        # No text to measure on: what the smaller vocabulary costs on these is then in the figures.
        trim = model.trim_vocabulary
        general = None
        if trim.general is not None:
            setting, seed = "model.trim_vocabulary.general", run.recipe.seed + 5
            general, _ = load_unlabelled(trim.general, setting=setting, seed=seed)
            run.console.say(f"  counting words in {len(general):,} general texts")
        trimmed = trimmed_vocabulary(
            before,
            texts,
            keep=trim.keep,
            min_count=trim.min_count,
            coverage=trim.coverage,
            general=general,
            pieces=trim.pieces,
        )
        tokenizer = Tokenizer.from_vocabulary(trimmed.pieces, before.settings)
        rows = [own[at] for at in trimmed.kept_ids]
        figures |= {"training_coverage": trimmed.coverage, "filled": trimmed.filled}
        filled = f"; {trimmed.filled:,} are of general texts alone" if trimmed.filled else ""
        run.console.say(
            f"  vocabulary trimmed from {len(own):,} to {len(rows):,} pieces, {trimmed.coverage:.2%} of those in the "
            f"training texts{filled}"
        )
    if model.extend_vocabulary is not None:
        new = _of_the_domain(run, before, model.extend_vocabulary, texts)
        tokenizer, rows = extended(tokenizer, rows, new)
        figures |= {"added": len(new), "added_first": [piece.text for piece in new[:SHOWN_PIECES]]}
        run.console.say(f"  vocabulary extended by {len(new):,} pieces of the domain to {len(rows):,}")
    figures |= {"after": len(rows), "embedding_bytes": _table_bytes(run, len(own), len(rows))}
    figures["evaluation"] = vocabulary_figures(before, tokenizer, run.data.evaluation.all_texts())
    if rows == own:
        return Vocabulary(tokenizer, None, figures)
    _say(run, figures["evaluation"])
    return Vocabulary(tokenizer, rows, figures)


def _of_the_domain(
    run: Run, tokenizer: Tokenizer, settings: ExtendVocabulary, texts: list[str]
) -> list[NewPiece]:
    setting, seed = "model.extend_vocabulary", run.recipe.seed + 5
    general, _ = load_unlabelled(settings.general, setting=f"{setting}.general", seed=seed)
    if settings.domain is not None:
        # Without the texts that measure: other new texts will be less like these.
        held_out = [run.data.validation, run.data.evaluation]
        more, _ = load_unlabelled(
            settings.domain,
            setting=f"{setting}.domain",
            seed=seed,
            without=[*texts, *(text for examples in held_out for text in examples.all_texts())],
        )
        texts = texts + more
    run.console.say(
        f"  counting words in {len(texts):,} texts of the domain and {len(general):,} general ones"
    )
    return new_pieces(
        tokenizer,
        count_words(tokenizer, texts),
        count_words(tokenizer, general),
        pieces=settings.pieces,
        min_count=settings.min_count,
    )


def _table_bytes(run: Run, before: int, after: int) -> dict[str, int]:
    config, _ = read_config(run.checkpoint)
    width = config.embedding_rank or config.embedding_size
    return {"before": before * width * FLOAT32_BYTES, "after": after * width * FLOAT32_BYTES}


def _say(run: Run, figures: dict[str, Any]) -> None:
    words, unknown = figures["pieces_per_word"], figures["unknown"]
    run.console.say(
        f"  held-out texts: {words['before']:.3f} pieces a word, now {words['after']:.3f}; {unknown['before']:,} unknown "
        f"pieces, now {unknown['after']:,}; {figures['coverage']:.2%} of their pieces are left"
    )
