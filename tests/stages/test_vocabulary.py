"""The vocabulary of a run, and the length found for it, before anything is trained."""

from __future__ import annotations

import json

import pytest
import yaml

from tfbert_edge.console import Console
from tfbert_edge.errors import DataError
from tfbert_edge.pipeline import open_run
from tfbert_edge.recipe import load_recipe
from tfbert_edge.stages.lengths import as_resolved, resolve_length
from tfbert_edge.stages.vocabulary import choose_vocabulary

# zonk: six times in training. quip: in a file of the domain alone, and in the validation texts, one of which that file repeats.
TRAIN = [f"zonk film {number}" for number in range(6)] + ["a good story", "bad"]
VALIDATION = ["zonk quip music", "quip quip quip quip quip quip"]


@pytest.fixture
def open_tiny(tiny_bert_folder, tmp_path):
    """``open_tiny(*overrides)``: a fresh run of a recipe with these texts; labels a and b in turns."""
    (tmp_path / "general.txt").write_text("the music of a film\na story of one actor\n")
    for name, texts in (("train", TRAIN), ("validation", VALIDATION)):
        rows = [json.dumps({"text": text, "label": "ab"[at % 2]}) for at, text in enumerate(texts)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows))
    content = {
        "name": "tiny",
        "task": {"type": "classification", "labels": ["a", "b"]},
        "model": {"checkpoint": str(tiny_bert_folder), "trim_vocabulary": {"enabled": False}},
        "data": {side: {"path": str(tmp_path / f"{side}.jsonl")} for side in ("train", "validation")},
    }
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(content))

    def opened(*overrides: str, **how):
        general = f"{{path: {tmp_path / 'general.txt'}}}"
        recipe = load_recipe(
            tmp_path / "recipe.yaml", [override.replace("GENERAL", general) for override in overrides]
        )
        return open_run(recipe, output=tmp_path / "run", console=Console(quiet=True), **how)

    return opened


EXTENDED = "model.extend_vocabulary={general: GENERAL, min_count: 5"


def test_vocabulary_left_as_it_is_needs_no_new_table(open_tiny, tiny_vocabulary):
    chosen = choose_vocabulary(open_tiny())

    assert chosen.rows is None and chosen.tokenizer.vocabulary == tiny_vocabulary
    size = len(tiny_vocabulary) * 32 * 4
    assert chosen.figures["embedding_bytes"] == {"before": size, "after": size}
    # zonk z ##o ##n ##k, quip q ##u ##i ##p: 4 + 4 + 1 pieces and 6 times 4, of 9 words.
    assert chosen.figures["evaluation"]["pieces"] == {"before": 33, "after": 33}
    assert chosen.figures["evaluation"]["words"] == 9
    assert chosen.figures["evaluation"]["coverage"] == 1.0


def test_extended_vocabulary_is_measured_on_the_held_out_texts(open_tiny, tiny_vocabulary):
    chosen = choose_vocabulary(open_tiny(EXTENDED + "}"))

    assert chosen.tokenizer.vocabulary == [*tiny_vocabulary, "zonk"]
    assert [tiny_vocabulary[at] for at in chosen.rows[-1]] == ["z", "##o", "##n", "##k"]
    assert (chosen.figures["added"], chosen.figures["added_first"]) == (1, ["zonk"])
    assert chosen.figures["evaluation"]["pieces"] == {"before": 33, "after": 30}


def test_domain_texts_count_beside_the_training_texts_and_without_the_validation_texts(open_tiny, tmp_path):
    # Five texts with quip, and the validation text that has it six times; zonk is in the training texts alone.
    lines = [f"quip {number}" for number in range(5)]
    path = tmp_path / "domain.txt"
    extended = EXTENDED + f", domain: {{path: {path}}}}}"
    path.write_text("\n".join([*lines, VALIDATION[1]]))
    assert {"zonk", "quip"} <= set(choose_vocabulary(open_tiny(extended)).tokenizer.vocabulary)

    path.write_text("\n".join([*lines[:4], VALIDATION[1]]))
    fewer = choose_vocabulary(open_tiny(extended, overwrite=True)).tokenizer.vocabulary
    assert "zonk" in fewer and "quip" not in fewer


def test_test_texts_measure_and_count_for_no_domain(open_tiny, tmp_path):
    (tmp_path / "test.jsonl").write_text(json.dumps({"text": "quip " * 9, "label": "a"}) + "\n")
    (tmp_path / "domain.txt").write_text("quip " * 9)
    domain = f", domain: {{path: {tmp_path / 'domain.txt'}}}}}"
    run = open_tiny(EXTENDED + domain, f"data.test={{path: {tmp_path / 'test.jsonl'}}}")

    with pytest.raises(DataError, match=r"Correct model\.extend_vocabulary\.domain"):
        choose_vocabulary(run)
    (tmp_path / "domain.txt").write_text("quip " * 9 + "\na good film")
    chosen = choose_vocabulary(run)

    assert "quip" not in chosen.tokenizer.vocabulary
    assert chosen.figures["evaluation"]["words"] == 9
    assert resolve_length(run, chosen.tokenizer)["cut"]["evaluation"]["examples"] == 0


def test_trimming_keeps_the_pieces_that_spelled_new_ones(open_tiny, tiny_vocabulary):
    """A word that training lacks may need them: zon is still z ##o ##n."""
    chosen = choose_vocabulary(open_tiny(EXTENDED + "}", "model.trim_vocabulary={coverage: 1.0}"))
    kept = chosen.tokenizer.vocabulary

    assert kept[-1] == "zonk" and {"z", "##o", "##n", "film", "story"} <= set(kept)
    assert not {"music", "actor"} & set(kept)
    assert [tiny_vocabulary[row[0]] for row in chosen.rows[:-1]] == kept[:-1]
    assert chosen.figures["training_coverage"] == 1.0
    # music is spelled by its letters: 1 of the 33 pieces is not left, and 5 come for it.
    assert chosen.figures["evaluation"]["coverage"] == pytest.approx(32 / 33)
    assert chosen.figures["evaluation"]["pieces"]["after"] == 30 - 1 + 5


def test_general_texts_that_are_not_there_are_refused_before_training(open_tiny):
    run = open_tiny("model.extend_vocabulary.general.path=nowhere.txt")

    with pytest.raises(DataError, match=r"model\.extend_vocabulary\.general\.path"):
        choose_vocabulary(run)


def test_length_is_resolved_once_and_taken_up_again(open_tiny):
    # Pieces with [CLS] and [SEP]: six of 8 (zonk is four), one of 5, one of 3.
    asked = ("data.max_length=64", "data.max_length_percentile=100")
    run = open_tiny(*asked)
    figures = resolve_length(run, choose_vocabulary(run).tokenizer)

    assert figures["max_length"] == {"asked": 64, "percentile": 100.0, "chosen": 8}
    assert run.recipe.data.max_length == run.recipe.sequence_length == 8
    assert figures["cut"]["evaluation"]["examples"] == 2
    # zonk quip music has 9 pieces and the other 24, and both [CLS] and [SEP].
    assert figures["cut"]["evaluation"]["pieces"] == (11 - 8) + (26 - 8)

    for again in (asked, ("data.max_length=8", asked[1])):
        taken = open_tiny(*again, resume=True)
        assert taken.recipe.data.max_length == 8
        assert resolve_length(taken, choose_vocabulary(taken).tokenizer)["max_length"]["asked"] == 64
    stored = load_recipe(run.folder / "recipe.yaml")
    assert (stored.data.max_length, stored.data.max_length_percentile) == (8, 100.0)


def test_what_is_beyond_the_length_is_cut_or_in_further_windows(open_tiny, monkeypatch):
    run = open_tiny("data.max_length=8")
    tokenizer = choose_vocabulary(run).tokenizer
    cut = resolve_length(run, tokenizer)
    # A task that reads windows has its examples whole here, as one row each.
    monkeypatch.setattr(type(run.data.task.reader), "cuts", False)

    assert resolve_length(run, tokenizer) == {"windowed": cut["cut"]}
    assert cut["cut"]["evaluation"]["pieces"] == (11 - 8) + (26 - 8)


def test_as_resolved_leaves_a_recipe_that_asks_for_something_else():
    recipe = load_recipe("rotten-tomatoes", ["data.max_length=64", "data.max_length_percentile=99"])
    recorded = {"max_length": {"asked": 64, "percentile": 99.0, "chosen": 40}}

    assert as_resolved(recipe, recorded).data.max_length == 40
    for other in ({}, {"max_length": {**recorded["max_length"], "asked": 60}}):
        assert as_resolved(recipe, other) is recipe
