"""The files of a Hugging Face WordPiece tokenizer: read into plain values, and written from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tfbert_edge.errors import CheckpointError

SPECIAL_TOKEN_NAMES = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
_DEFAULT_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}
# The classes that transformers makes from vocab.txt alone, all with BERT's WordPiece.
_WORDPIECE_CLASSES = ("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer")
_WORDPIECE_FAMILIES = ("bert", "distilbert", "electra", "mobilebert")
# tokenizer_config.json -> (our name, the default of the classes above)
_CONFIG_SETTINGS: dict[str, tuple[str, bool | None]] = {
    "do_lower_case": ("lowercase", True),
    "strip_accents": ("strip_accents", None),
    "tokenize_chinese_chars": ("handle_chinese_chars", True),
}
_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")
_DEFAULT_MAX_LENGTH = 512


@dataclass(frozen=True)
class AddedPiece:
    """A piece that is looked for in the text before it is split; the flags of ``tokenizers.AddedToken``."""

    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    normalized: bool = False
    special: bool = True


@dataclass(frozen=True)
class TokenizerParts:
    """A vocabulary in the order of its ids, and the keyword arguments of ``TokenizerSettings``."""

    vocabulary: list[str]
    settings: dict[str, Any] = field(default_factory=dict)


def read_tokenizer_folder(folder: Path) -> TokenizerParts:
    """Read ``tokenizer.json``, or else ``vocab.txt``, with the settings files beside it.

    As in transformers, ``tokenizer_config.json`` wins over ``tokenizer.json`` if its class is one of BERT's.

    Raises:
        CheckpointError: no tokenizer, a damaged file, or a tokenizer that is not BERT's WordPiece.
    """
    config = _read_json(folder / "tokenizer_config.json")
    model_config = _read_json(folder / "config.json")
    special = _special_tokens(folder, config)
    bert_class = _is_bert_class(config, model_config)
    configured = {ours: config.get(theirs, default) for theirs, (ours, default) in _CONFIG_SETTINGS.items()}
    if (folder / "tokenizer.json").is_file():
        ids, settings, added = _read_tokenizer_json(folder / "tokenizer.json", special)
        if bert_class:
            settings.update(configured)
    elif (folder / "vocab.txt").is_file():
        named = config.get("tokenizer_class")
        if named is not None and not bert_class:
            raise CheckpointError(
                f"{folder} holds a {named}; the tokenizer must be BERT's WordPiece: "
                f"{', '.join(_WORDPIECE_CLASSES)}."
            )
        ids = _read_vocabulary(folder / "vocab.txt")
        settings = configured
        added = _added_in_config(folder, config, ids)
    else:
        raise CheckpointError(
            f"{folder} has no WordPiece tokenizer: neither tokenizer.json nor vocab.txt is there. "
            "Copy them from the checkpoint that the model started from."
        )
    settings = {**special, **settings, "max_length": _max_length(config, model_config)}
    settings["stride"] = int(config.get("stride") or 0)
    plain = {settings[name]: AddedPiece(settings[name]) for name in SPECIAL_TOKEN_NAMES}
    settings["added_tokens"] = tuple(piece for piece in added if plain.get(piece.content) != piece)
    if sorted(ids.values()) != list(range(len(ids))):
        raise CheckpointError(
            f"the ids of the tokenizer in {folder} must run from 0 to {len(ids) - 1} without a gap or a "
            f"repetition; the largest was {max(ids.values(), default=-1)}."
        )
    return TokenizerParts(sorted(ids, key=ids.__getitem__), settings)


def write_tokenizer_folder(
    folder: Path, vocabulary: list[str], settings: Any, tokenizer_json: dict[str, Any]
) -> None:
    """Write ``vocab.txt``, ``tokenizer.json``, ``tokenizer_config.json`` and ``special_tokens_map.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    special = {name: getattr(settings, name) for name in SPECIAL_TOKEN_NAMES}
    config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": settings.lowercase,
        "strip_accents": settings.strip_accents,
        "tokenize_chinese_chars": settings.handle_chinese_chars,
        "model_max_length": settings.max_length,
        "stride": settings.stride,
        # Without it transformers asks special_tokens_map.json, and newer versions write it no more.
        "added_tokens_decoder": {
            str(token["id"]): {name: token[name] for name in ("content", *_FLAGS)}
            for token in tokenizer_json["added_tokens"]
        },
        **special,
    }
    write_vocabulary(folder / "vocab.txt", vocabulary)
    for name, content in (
        ("tokenizer.json", tokenizer_json),
        ("tokenizer_config.json", config),
        ("special_tokens_map.json", special),
    ):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_vocabulary(path: Path, vocabulary: list[str]) -> None:
    """Write one piece a line, in UTF-8, with a line feed after each.

    Raises:
        CheckpointError: a piece holds a line break.
    """
    broken = [piece for piece in vocabulary if "\n" in piece or "\r" in piece]
    if broken:
        raise CheckpointError(
            f"a piece must stand on one line of vocab.txt; {broken[0]!r} holds a line break."
        )
    path.write_bytes("".join(f"{piece}\n" for piece in vocabulary).encode("utf-8"))


def read_vocabulary(path: Path) -> list[str]:
    """Read what `write_vocabulary` wrote; positions are ids."""
    ids = _read_vocabulary(path)
    return sorted(ids, key=ids.__getitem__)


def _read_vocabulary(path: Path) -> dict[str, int]:
    try:
        with path.open(encoding="utf-8") as lines:
            return {line.rstrip("\n"): index for index, line in enumerate(lines)}
    except UnicodeDecodeError as error:
        raise CheckpointError(f"{path} must be UTF-8 text, one piece a line: {error}.") from error


def _read_tokenizer_json(
    path: Path, special: dict[str, str]
) -> tuple[dict[str, int], dict[str, Any], list[AddedPiece]]:
    content = _read_json(path)
    kinds = {part: (content.get(part) or {}).get("type") for part in ("model", "normalizer", "pre_tokenizer")}
    model = content.get("model") or {}
    if kinds["model"] is None and "max_input_chars_per_word" in model:  # Files of old versions name no type.
        kinds["model"] = "WordPiece"
    wanted = {"model": "WordPiece", "normalizer": "BertNormalizer", "pre_tokenizer": "BertPreTokenizer"}
    wrong = [
        f"its {part} is {kinds[part]}, not {want}" for part, want in wanted.items() if kinds[part] != want
    ]
    if not wrong and model.get("continuing_subword_prefix", "##") != "##":
        wrong = [f"its continuing pieces begin with {model['continuing_subword_prefix']!r}, not '##'"]
    if not wrong and not _is_bert_template(content.get("post_processor"), special):
        wrong = ["it does not build [CLS] text [SEP] pair [SEP]"]
    if wrong:
        raise CheckpointError(
            f"{path} is not BERT's WordPiece tokenizer: {'; '.join(wrong)}. "
            "Use a checkpoint of the bert, distilbert or electra family."
        )
    ids = dict(model["vocab"])
    added = [_added_piece(token) for token in content.get("added_tokens") or ()]
    ids.update({token["content"]: token["id"] for token in content.get("added_tokens") or ()})
    normalizer = content["normalizer"]
    names = ("lowercase", "strip_accents", "handle_chinese_chars", "clean_text")
    settings = {name: normalizer[name] for name in names}
    settings["max_word_characters"] = model.get("max_input_chars_per_word", 100)
    settings["unk_token"] = model.get("unk_token", special["unk_token"])
    return ids, settings, added


def _is_bert_template(processor: dict[str, Any] | None, special: dict[str, str]) -> bool:
    cls_token, sep_token = special["cls_token"], special["sep_token"]
    if processor is None:
        return False
    if processor.get("type") == "BertProcessing":
        return bool(processor["cls"][0] == cls_token and processor["sep"][0] == sep_token)
    if processor.get("type") != "TemplateProcessing":
        return False
    single = [(cls_token, 0), ("A", 0), (sep_token, 0)]
    pair = [*single, ("B", 1), (sep_token, 1)]
    return [
        [(part["id"], part["type_id"]) for piece in processor[name] for part in piece.values()]
        for name in ("single", "pair")
    ] == [single, pair]


def _special_tokens(folder: Path, config: dict[str, Any]) -> dict[str, str]:
    tokens = dict(_DEFAULT_TOKENS)
    sources = [config]
    if "added_tokens_decoder" not in config:
        sources.append(_read_json(folder / "special_tokens_map.json"))
    for source in sources:
        for name in SPECIAL_TOKEN_NAMES:
            value = source.get(name)
            if value is not None:
                tokens[name] = value["content"] if isinstance(value, dict) else value
    return tokens


def _added_in_config(folder: Path, config: dict[str, Any], ids: dict[str, int]) -> list[AddedPiece]:
    """Add to ``ids`` the tokens that stand in the settings files alone, and return them."""
    added = {}
    for content, index in _read_json(folder / "added_tokens.json").items():
        ids[content] = index
        added[content] = AddedPiece(content, normalized=True, special=False)
    for index, token in (config.get("added_tokens_decoder") or {}).items():
        ids[token["content"]] = int(index)
        added[token["content"]] = _added_piece(token)
    return list(added.values())


def _added_piece(token: dict[str, Any]) -> AddedPiece:
    return AddedPiece(token["content"], **{name: token[name] for name in _FLAGS if name in token})


def _is_bert_class(config: dict[str, Any], model_config: dict[str, Any]) -> bool:
    named = config.get("tokenizer_class")
    if named is None:
        return model_config.get("model_type") in _WORDPIECE_FAMILIES
    return str(named).removesuffix("Fast") in _WORDPIECE_CLASSES


def _max_length(config: dict[str, Any], model_config: dict[str, Any]) -> int:
    # transformers writes 10**30 for "no limit".
    positions = int(model_config.get("max_position_embeddings") or _DEFAULT_MAX_LENGTH)
    return min(int(config.get("model_max_length") or positions), positions)


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path} must be JSON in UTF-8: {error}. Fetch the file again.") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} must hold a JSON object, it held a {type(content).__name__}.")
    return content
