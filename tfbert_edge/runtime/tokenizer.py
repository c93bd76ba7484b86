"""WordPiece tokenization with the ids that transformers gives, from the ``tokenizers`` library alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import AddedToken, decoders, models, normalizers, pre_tokenizers, processors

from tfbert_edge.errors import CheckpointError, DataError
from tfbert_edge.runtime.tokenizer_files import (
    SPECIAL_TOKEN_NAMES,
    AddedPiece,
    read_tokenizer_folder,
    write_tokenizer_folder,
)


@dataclass(frozen=True)
class TokenizerSettings:
    """Everything beside the vocabulary that decides the ids.

    Attributes:
        strip_accents: None strips them exactly when ``lowercase`` is set, as BERT does.
        max_length: the longest sequence, in pieces with [CLS] and [SEP].
        stride: pieces that neighbouring windows of a long text share; 0 where texts are cut instead.
        max_word_characters: a longer word is unknown as a whole.
        clean_text: removes control characters and turns every white space into a blank.
        added_tokens: pieces found in the text before WordPiece sees it, beyond the five special tokens.
    """

    lowercase: bool = True
    strip_accents: bool | None = None
    handle_chinese_chars: bool = True
    unk_token: str = "[UNK]"
    cls_token: str = "[CLS]"
    sep_token: str = "[SEP]"
    pad_token: str = "[PAD]"
    mask_token: str = "[MASK]"
    max_length: int = 512
    stride: int = 0
    max_word_characters: int = 100
    clean_text: bool = True
    added_tokens: tuple[AddedPiece, ...] = ()

    @property
    def special_tokens(self) -> tuple[str, ...]:
        """Padding, unknown, start, separator and mask token."""
        return tuple(getattr(self, name) for name in SPECIAL_TOKEN_NAMES)


@dataclass(frozen=True)
class Encoding:
    """One tokenized text or pair: [CLS] text [SEP], or [CLS] text [SEP] pair [SEP]; truncated, not padded.

    Attributes:
        ids: the piece ids.
        segment_ids: 0 up to and with the first [SEP], then 1.
        offsets: begin and end of each piece in its own text, in code points; (0, 0) for [CLS] and [SEP].
        words: the number of the word in its own text that each piece is of, a word being what BERT splits a text into before
            WordPiece; -1 for [CLS] and [SEP].
        first: of a window, how many of the text's pieces stand before it.
    """

    ids: list[int]
    segment_ids: list[int]
    offsets: list[tuple[int, int]]
    words: list[int] = field(default_factory=list)
    first: int = 0


class Tokenizer:
    """BERT's tokenizer: clean, split, lower-case, WordPiece.

    Ids equal those of transformers' ``BertTokenizerFast`` on any Unicode text; a special token written out in
    a text (``[MASK]``) is that token, as there. Lone surrogates, which are not Unicode text, are dropped.
    """

    def __init__(self, vocabulary: Sequence[str], settings: TokenizerSettings) -> None:
        self._vocabulary = list(vocabulary)
        self._settings = settings
        _check_vocabulary(self._vocabulary, settings)
        self._backend = _build_backend(self._vocabulary, settings)
        self._truncated_to: int | None = None

    @classmethod
    def from_folder(cls, path: str | Path) -> Tokenizer:
        """Read a Hugging Face folder: ``tokenizer.json``, or ``vocab.txt`` with ``tokenizer_config.json``.

        Raises:
            CheckpointError: the folder holds no tokenizer, a damaged one, or another than BERT's WordPiece.
        """
        parts = read_tokenizer_folder(Path(path))
        return cls(parts.vocabulary, TokenizerSettings(**parts.settings))

    @classmethod
    def from_vocabulary(cls, pieces: Sequence[str], settings: TokenizerSettings) -> Tokenizer:
        """Make a tokenizer whose ids are the positions in ``pieces``.

        Raises:
            CheckpointError: a piece occurs twice, or a special token is missing.
        """
        return cls(pieces, settings)

    @property
    def vocabulary(self) -> list[str]:
        """The pieces in the order of their ids."""
        return list(self._vocabulary)

    @property
    def wordpiece_size(self) -> int:
        """How many of the pieces, from the first, are WordPiece's own; tokens added to the tokenizer stand after them."""
        return _wordpiece_size(self._vocabulary, self._settings)

    @property
    def settings(self) -> TokenizerSettings:
        """What decides the ids beside the vocabulary."""
        return self._settings

    @property
    def pad_id(self) -> int:
        """The id that fills a sequence up to the model's length."""
        return int(self._backend.token_to_id(self._settings.pad_token))

    def with_max_length(self, max_length: int) -> Tokenizer:
        """Return the same tokenizer with another longest sequence."""
        return Tokenizer(self._vocabulary, replace(self._settings, max_length=max_length))

    def with_stride(self, stride: int) -> Tokenizer:
        """Return the same tokenizer with another overlap of windows."""
        return Tokenizer(self._vocabulary, replace(self._settings, stride=stride))

    def encode(self, text: str, pair: str | None = None, *, max_length: int | None = None) -> Encoding:
        """Tokenize one text, or a pair of texts.

        Args:
            max_length: longest result in pieces, special tokens included; the longer text of a pair is cut
                first. None takes the settings' own.

        Raises:
            DataError: ``max_length`` has no room for the special tokens, or a text is not a string.
        """
        return self.encode_batch([text], None if pair is None else [pair], max_length=max_length)[0]

    def encode_batch(
        self, texts: Sequence[str], pairs: Sequence[str] | None = None, *, max_length: int | None = None
    ) -> list[Encoding]:
        """Tokenize many texts, or pairs of ``texts[i]`` and ``pairs[i]``; see `encode`."""
        if max_length is None:
            max_length = self._settings.max_length
        self._truncate(max_length, paired=pairs is not None)
        inputs: list[Any] = [_unicode(text) for text in texts]
        if pairs is not None:
            if len(pairs) != len(texts):
                raise DataError(f"pairs must be as many as texts ({len(texts)}), they were {len(pairs)}.")
            inputs = list(zip(inputs, map(_unicode, pairs), strict=True))
        return [
            Encoding(
                ids=encoding.ids,
                segment_ids=encoding.type_ids,
                offsets=encoding.offsets,
                words=[-1 if word is None else word for word in encoding.word_ids],
            )
            for encoding in self._backend.encode_batch(inputs)
        ]

    def save(self, folder: str | Path) -> None:
        """Write the four files of a Hugging Face tokenizer, which ``AutoTokenizer`` loads with equal ids.

        Raises:
            CheckpointError: a piece cannot stand on one line of ``vocab.txt``.
        """
        self._backend.no_truncation()
        self._truncated_to = None
        backend_json = json.loads(self._backend.to_str())
        write_tokenizer_folder(Path(folder), self._vocabulary, self._settings, backend_json)

    def _truncate(self, max_length: int, *, paired: bool) -> None:
        least = 3 if paired else 2
        if max_length < least:
            raise DataError(
                f"max_length must be {least} or more, to hold the special tokens; it was {max_length}."
            )
        if self._truncated_to != max_length:
            self._backend.enable_truncation(max_length, strategy="longest_first")
            self._truncated_to = max_length


def _build_backend(vocabulary: list[str], settings: TokenizerSettings) -> Any:
    ids = {piece: index for index, piece in enumerate(vocabulary)}
    added = {token.content for token in settings.added_tokens}
    in_model = _wordpiece_size(vocabulary, settings)
    backend: Any = tokenizers.Tokenizer(
        models.WordPiece(
            vocab={piece: index for piece, index in ids.items() if index < in_model},
            unk_token=settings.unk_token,
            max_input_chars_per_word=settings.max_word_characters,
            continuing_subword_prefix="##",
        )
    )
    backend.normalizer = normalizers.BertNormalizer(
        clean_text=settings.clean_text,
        handle_chinese_chars=settings.handle_chinese_chars,
        strip_accents=settings.strip_accents,
        lowercase=settings.lowercase,
    )
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece(prefix="##")
    cls_token, sep_token = settings.cls_token, settings.sep_token
    backend.post_processor = processors.TemplateProcessing(
        single=f"{cls_token}:0 $A:0 {sep_token}:0",
        pair=f"{cls_token}:0 $A:0 {sep_token}:0 $B:1 {sep_token}:1",
        special_tokens=[(cls_token, ids[cls_token]), (sep_token, ids[sep_token])],
    )
    plain = [token for token in settings.special_tokens if token not in added]
    backend.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in plain])
    # In the order of ids: the library numbers what is not in WordPiece's vocabulary in the order of arrival.
    for token in sorted(settings.added_tokens, key=lambda token: ids[token.content]):
        add = backend.add_special_tokens if token.special else backend.add_tokens
        add([AddedToken(**asdict(token))])
    return backend


def _wordpiece_size(vocabulary: list[str], settings: TokenizerSettings) -> int:
    # Tokens added after the vocabulary was made are no pieces of WordPiece, or they would match inside words.
    added = {token.content for token in settings.added_tokens}
    size = len(vocabulary)
    while size and vocabulary[size - 1] in added:
        size -= 1
    return size


def _check_vocabulary(vocabulary: list[str], settings: TokenizerSettings) -> None:
    repeated = sorted(piece for piece, count in Counter(vocabulary).items() if count > 1)
    if repeated:
        raise CheckpointError(
            f"a vocabulary must hold every piece once; this one repeats {_first(repeated)}."
        )
    needed = [*settings.special_tokens, *(token.content for token in settings.added_tokens)]
    missing = sorted(set(needed) - set(vocabulary))
    if missing:
        raise CheckpointError(
            f"the vocabulary of {len(vocabulary)} pieces has no {_first(missing)}. "
            "Add these pieces, or name the ones it has in the tokenizer's settings."
        )


def _first(items: Iterable[str], most: int = 5) -> str:
    quoted = [repr(item) for item in items]
    return ", ".join(quoted[:most]) + (f" and {len(quoted) - most} more" if len(quoted) > most else "")


def _unicode(text: str) -> str:
    if not isinstance(text, str):
        raise DataError(f"a text must be a string, it was {type(text).__name__}: {text!r:.60}.")
    if text.isascii():
        return text
    # A surrogate cannot be written as UTF-8. The replacement character has its length and is cleaned away.
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
