"""Write digests of what the Hugging Face tokenizers library makes of many texts, for the Kotlin tokenizer's tests.

    python scripts/android_golden.py            # writes the digests, in about five minutes
    python scripts/android_golden.py --check    # computes them anew and compares

The texts are not kept: both languages make them from the same rules (here and in TextRules.kt, in the same order).
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import tokenizers

from tfbert_edge.runtime.tokenizer import Tokenizer, TokenizerSettings
from tfbert_edge.runtime.tokenizer_files import AddedPiece

ROOT = Path(__file__).resolve().parents[1]
DIGESTS = ROOT / "android_demo/core/src/test/resources/tokenizer_digests.txt"
SWEEP_BLOCK, FUZZ_BLOCK = 8192, 2000
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ADDED = ["<loud>", "Ångström", "new word", "漢b", "<>"]
WRITTEN = [
    *SPECIAL,
    *ADDED,
    "[mask]",
    "[MASK",
    "[ MASK ]",
    "[MASK][MASK]",
    "<LOUD>",
    "ÅNGSTRÖM",
    "##",
    "##a",
    "\r\n",
    "...",
]
# First and last code point: letters of many scripts, marks, blanks, controls, symbols, what lies beyond 16 bits.
ALPHABETS = [
    *(
        (0x21, 0x7E),
        (0xA1, 0xFF),
        (0x100, 0x24F),
        (0x370, 0x3FF),
        (0x400, 0x52F),
        (0x5D0, 0x5EA),
        (0x620, 0x64A),
    ),
    *((0x904, 0x939), (0xE01, 0xE3A), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x3041, 0x30FF), (0x4E00, 0x4EFF)),
    *(
        (0xAC00, 0xADFF),
        (0xF900, 0xF9FF),
        (0xFB00, 0xFB4F),
        (0xFF01, 0xFF5E),
        (0x10400, 0x1044F),
        (0x1D15E, 0x1D1C0),
    ),
    *((0x1F300, 0x1F64F), (0x20000, 0x200FF), (0x2F800, 0x2F8FF)),
]
MARKS = [
    (0x300, 0x36F),
    (0x591, 0x5C7),
    (0x610, 0x61A),
    (0x64B, 0x65F),
    (0x900, 0x903),
    (0x93A, 0x957),
    (0xE31, 0xE4E),
]
MARKS += [
    (0xF71, 0xF84),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20F0),
    (0x302A, 0x302F),
    (0xFE0E, 0xFE2F),
    (0x1D165, 0x1D172),
]
BLANKS = [
    (0x00, 0x20),
    (0x7F, 0xA0),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x2064),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
]
PLAIN = TokenizerSettings()
SETTINGS = {
    "uncased": PLAIN,
    "cased": replace(PLAIN, lowercase=False),
    "uncased_with_accents": replace(PLAIN, strip_accents=False),
    "cased_without_accents": replace(PLAIN, lowercase=False, strip_accents=True),
    "not_cleaned": replace(PLAIN, clean_text=False),
    "chinese_together": replace(PLAIN, handle_chinese_chars=False, max_word_characters=6),
    "added": replace(
        PLAIN,
        added_tokens=(
            AddedPiece("<loud>", lstrip=True, rstrip=True),
            AddedPiece("[MASK]", lstrip=True, normalized=False),
            AddedPiece("Ångström", normalized=True, special=False),
            AddedPiece("new word", single_word=True, special=False),
            AddedPiece("漢b", normalized=True, rstrip=True, special=False),
            AddedPiece("<>", single_word=True, normalized=True, special=False),
        ),
    ),
}


class Random:
    """Marsaglia's 32-bit xorshift (2003) with the shifts 13, 17, 5: a few lines in any language."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def below(self, limit: int) -> int:
        state = self.state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        self.state = state
        return state % limit

    def among(self, ranges: list[tuple[int, int]]) -> str:
        first, last = ranges[self.below(len(ranges))]
        return chr(first + self.below(last - first + 1))


def every_character() -> list[str]:
    """Return a vocabulary that tells nearly all code points apart, alone and within a word."""
    codes = [code for code in range(0x21, 0x32400) if not 0xD800 <= code < 0xE000]
    return [*SPECIAL, *map(chr, codes), *(f"##{chr(code)}" for code in codes if code < 0x20000)]


def fuzz_vocabulary() -> list[str]:
    """Return a vocabulary with three quarters of the alphabets and marks, and with short words of few letters."""
    random = Random(7)
    pieces = list(SPECIAL)
    for first, last in [*ALPHABETS, *MARKS]:
        for code in range(first, last + 1):
            pieces += [prefix + chr(code) for prefix in ("", "##") if random.below(4)]
    for _ in range(4000):
        word = "".join(chr(0x61 + random.below(8)) for _ in range(2 + random.below(4)))
        pieces.append(word if random.below(2) else f"##{word}")
    return [*dict.fromkeys(pieces), *ADDED]


def fuzz_text(random: Random) -> str:
    """Return a text of up to ten parts, of every kind that a tokenizer can stumble over."""
    text = ""
    for _ in range(1 + random.below(10)):
        kind = random.below(12)
        if kind < 3:
            text += "".join(chr(0x61 + random.below(8)) for _ in range(1 + random.below(8)))
        elif kind == 3:
            text += "".join(
                chr((0x41, 0x61)[random.below(2)] + random.below(26)) for _ in range(1 + random.below(6))
            )
        elif kind < 6:
            text += "".join(random.among(ALPHABETS) for _ in range(1 + random.below(4)))
        elif kind == 6:
            text += random.among(ALPHABETS) + "".join(random.among(MARKS) for _ in range(1 + random.below(4)))
        elif kind == 7:
            text += random.among(BLANKS)
        elif kind == 8:
            text += WRITTEN[random.below(len(WRITTEN))]
        elif kind == 9:
            code = random.below(0x110000)  # A half of a pair never meets the other half: "b" follows.
            text += chr(code) + ("b" if 0xD800 <= code < 0xE000 else "")
        elif kind == 10:
            text += (
                "a" * (95 + random.below(10))
                if random.below(8) == 0
                else chr(0xD800 + random.below(2048)) + "a"
            )
        else:
            text += random.among([(0x21, 0x2F), (0x3A, 0x40), (0x2010, 0x2027)])
        text += " " * random.below(2)
    return text


def sweep(tokenizer: Tokenizer, block: int) -> Iterator[Any]:
    for code in range(block * SWEEP_BLOCK, (block + 1) * SWEEP_BLOCK):
        if not 0xD800 <= code < 0xE000:
            yield from tokenizer.encode_batch([chr(code), f"a{chr(code)}b", f"a{chr(code)}"])


def fuzz(tokenizer: Tokenizer, block: int) -> Iterator[Any]:
    random = Random(1000 + block)
    yield from tokenizer.encode_batch([fuzz_text(random) for _ in range(FUZZ_BLOCK)])


def pairs(tokenizer: Tokenizer, block: int) -> Iterator[Any]:
    random = Random(2000 + block)
    for _ in range(FUZZ_BLOCK):
        text, pair = fuzz_text(random), fuzz_text(random)
        yield tokenizer.encode(text, pair, max_length=3 + random.below(40))


def windows(tokenizer: Tokenizer, block: int) -> Iterator[Any]:
    random, backend = Random(3000 + block), tokenizer._backend
    for _ in range(FUZZ_BLOCK):
        text, pair, stride, room = fuzz_text(random), fuzz_text(random), random.below(5), 1 + random.below(12)
        inputs = [
            re.sub("[\ud800-\udfff]", "\ufffd", part) for part in (text, pair)
        ]  # As the tokenizer does.
        backend.no_truncation()
        whole = len(backend.encode(inputs[0]).ids)
        backend.enable_truncation(2 + stride + room, stride=stride, strategy="longest_first")
        yield from with_overflow(backend.encode(inputs[0]))
        backend.enable_truncation(whole + 1 + stride + room, stride=stride, strategy="only_second")
        yield from with_overflow(backend.encode(*inputs))


def with_overflow(encoding: Any) -> Iterator[Any]:
    yield encoding
    yield from encoding.overflowing


def digest(encodings: Iterator[Any]) -> str:
    """Hash size, ids, segment ids, begins and ends (in code points) of each, as little-endian 32-bit integers."""
    numbers = array("i")
    for found in encodings:
        segments = found.segment_ids if hasattr(found, "segment_ids") else found.type_ids
        numbers.append(len(found.ids))
        numbers.extend(found.ids)
        numbers.extend(segments)
        for begin, end in found.offsets:
            numbers.extend((begin, end))
    if sys.byteorder == "big":
        numbers.byteswap()
    return hashlib.sha256(numbers.tobytes()).hexdigest()[:16]


# Kind of test -> its encodings, its vocabulary, and how many blocks of which settings.
KINDS: dict[
    str, tuple[Callable[[Tokenizer, int], Iterator[Any]], Callable[[], list[str]], dict[str, int]]
] = {
    "sweep": (sweep, every_character, dict.fromkeys(("uncased", "cased"), 0x110000 // SWEEP_BLOCK)),
    "fuzz": (fuzz, fuzz_vocabulary, {name: 100 if name in ("uncased", "cased") else 5 for name in SETTINGS}),
    "pairs": (pairs, fuzz_vocabulary, {"uncased": 5, "cased": 5, "added": 2}),
    "windows": (windows, fuzz_vocabulary, {"uncased": 5, "added": 2}),
}


def lines(every: int = 1) -> Iterator[str]:
    """Yield ``kind settings block digest`` of each block, or of one of ``every`` blocks."""
    for kind, (encode, vocabulary, counts) in KINDS.items():
        pieces = vocabulary()
        for name, blocks in counts.items():
            tokenizer = Tokenizer(pieces, SETTINGS[name])
            for block in range(0, blocks, every):
                yield f"{kind} {name} {block} {digest(encode(tokenizer, block))}"


def main() -> None:
    """Write the digests or compare them with those that are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare with the kept file and write nothing")
    head = f"# Written by scripts/android_golden.py with tokenizers {tokenizers.__version__}: kind, settings, block, digest."
    found = list(lines())
    if parser.parse_args().check:
        kept = DIGESTS.read_text(encoding="ascii").splitlines()[1:]
        wrong = [line for line in found if line not in kept]
        raise SystemExit(f"{len(wrong)} of {len(found)} blocks differ: {wrong[:5]}" if wrong else 0)
    DIGESTS.parent.mkdir(parents=True, exist_ok=True)
    DIGESTS.write_text("\n".join([head, *found]) + "\n", encoding="ascii", newline="\n")
    print(f"{DIGESTS}: {len(found)} blocks, tokenizers {tokenizers.__version__}")


if __name__ == "__main__":
    main()
