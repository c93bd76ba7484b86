"""Ask the Hugging Face tokenizers library what it does to each code point; write it down for the Kotlin tokenizer.

    python scripts/android_tables.py

The tables freeze the Unicode version of the library. Java's own classification moves with the phone's system.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

ROOT = Path(__file__).resolve().parents[1]
TABLES = ROOT / "android_demo/core/src/main/kotlin/dev/tfbertedge/core/UnicodeTables.kt"
CODE_POINTS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)  # Decomposed by arithmetic, as the Unicode standard says in 3.12.
STARTER, WIDTH = "a", 112


def bert(**steps: bool) -> Callable[[str], str]:
    """Return BERT's normalizer with these steps alone."""
    names = ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase")
    normalizer = normalizers.BertNormalizer(**{name: steps.get(name, False) for name in names})
    return normalizer.normalize_str  # type: ignore[no-any-return]


def where(holds: Callable[[str], bool]) -> list[int]:
    """List the code points for which ``holds`` is true."""
    return [code for code in CODE_POINTS if holds(chr(code))]


def added_token_classes() -> tuple[list[int], list[int]]:
    """List what is a letter of a word next to an added token, and what an added token takes as white space."""
    probe = Tokenizer(models.WordPiece(vocab={"[UNK]": 0}, unk_token="[UNK]"))
    probe.add_tokens([AddedToken("\ue000", single_word=True), AddedToken("\ue001", rstrip=True)])
    words = probe.encode_batch([chr(code) + "\ue000" for code in CODE_POINTS])
    spaces = probe.encode_batch(["\ue001" + chr(code) for code in CODE_POINTS])
    return (
        [code for code, found in zip(CODE_POINTS, words, strict=True) if 1 not in found.ids],
        [code for code, found in zip(CODE_POINTS, spaces, strict=True) if found.offsets[0] == (0, 2)],
    )


def combining_classes() -> dict[int, int]:
    """Number the classes by which the library orders marks: 0 for what stays, then in the order of sorting."""
    nfd = normalizers.NFD().normalize_str
    lowest, highest = "\u0334", "\u0345"

    def moves(first: str, second: str) -> bool:
        return bool(nfd(STARTER + first + second) != STARTER + first + second)

    alone = where(lambda text: nfd(text) == text)
    marks = [code for code in alone if moves(chr(code), lowest) or moves(highest, chr(code))]
    ordered: list[list[int]] = []  # Classes, each the marks that no other mark of it is moved past.
    for mark in marks:
        low, high = 0, len(ordered)
        while low < high:
            middle = (low + high) // 2
            other = chr(ordered[middle][0])
            if moves(other, chr(mark)):
                high = middle
            elif moves(chr(mark), other):
                low = middle + 1
            else:
                ordered[middle].append(mark)
                break
        else:
            ordered.insert(low, [mark])
    return {mark: number for number, group in enumerate(ordered, 1) for mark in group}


def base36(number: int) -> str:
    """Write a number as Kotlin's ``toInt(36)`` reads it."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def runs(values: dict[int, int]) -> str:
    """Write ``gap length value`` of each run of code points with an equal value; the gap is from the last run's end."""
    written, end, items = [], 0, sorted(values.items())
    for position, (code, value) in enumerate(items):
        if position and items[position - 1] == (code - 1, value):
            continue
        length = 1
        while values.get(code + length) == value:
            length += 1
        written += [code - end, length, value]
        end = code + length
    return " ".join(map(base36, written))


def mappings(entries: dict[int, str]) -> str:
    """Write ``gap,code,code`` of each entry, where the gap is from the entry before and stands only if it is not 1."""
    written, last = [], 0
    for code, text in sorted(entries.items()):
        gap = "" if code == last + 1 else base36(code - last)
        written.append(",".join([gap, *(base36(ord(character)) for character in text)]))
        last = code
    return " ".join(written)


def flags() -> dict[int, int]:
    """Return the sum of the flags of each code point that has one; UnicodeTables.kt names them."""
    chinese, split = bert(handle_chinese_chars=True), pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    clean, strip = bert(clean_text=True), bert(strip_accents=True)
    parts = {code: len(split(f"a{chr(code)}a")) for code in CODE_POINTS}
    word, space = added_token_classes()
    if space != [code for code in CODE_POINTS if parts[code] == 2]:
        raise SystemExit("the library splits at other white space than it strips: keep two tables.")
    if any(clean(chr(code)) not in ("", " ") for code in space):
        raise SystemExit("the library keeps white space when it cleans: keep two tables.")
    found: dict[int, int] = {}
    for bit, codes in enumerate(
        (
            where(lambda text: clean(text) == ""),
            space,
            where(lambda text: chinese(text) == f" {text} "),
            [code for code in CODE_POINTS if parts[code] == 3],
            where(lambda text: strip(text) == ""),
            word,
        )
    ):
        for code in codes:
            found[code] = found.get(code, 0) | 1 << bit
    return found


def kotlin(name: str, comment: str, text: str) -> str:
    """Write a string constant in lines of bounded width."""
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return f"    /** {comment} */\n    const val {name}: String =\n" + " +\n".join(
        f'        "{line}"' for line in lines
    )


def tables() -> str:
    """Return the source of UnicodeTables.kt."""
    lower, nfd = bert(lowercase=True), normalizers.NFD().normalize_str
    decomposed = {
        code: nfd(chr(code)) for code in CODE_POINTS if code not in HANGUL and nfd(chr(code)) != chr(code)
    }
    lowered = {code: lower(chr(code)) for code in CODE_POINTS if lower(chr(code)) != chr(code)}
    parts: Iterable[str] = (
        kotlin(
            "FLAGS",
            "Runs of code points with equal flags: gap, length, sum of the flags above.",
            runs(flags()),
        ),
        kotlin("LOWER", "Code points that lower-casing changes: gap, what they become.", mappings(lowered)),
        kotlin(
            "NFD", "Canonical decompositions, without Hangul: gap, what they become.", mappings(decomposed)
        ),
        kotlin("CLASSES", "Runs of marks that are sorted: gap, length, class.", runs(combining_classes())),
    )
    names = ("REMOVED", "SPACE", "CHINESE", "PUNCTUATION", "NONSPACING", "WORD")
    constants = "\n".join(f"    const val {name}: Int = {1 << bit}" for bit, name in enumerate(names))
    return (
        f"package dev.tfbertedge.core\n\n// Written by scripts/android_tables.py from tokenizers {tokenizers.__version__}; "
        "not to be edited.\n/** What the Hugging Face tokenizer does to each code point; numbers are in base 36. */\n"
        f"internal object UnicodeTables {{\n{constants}\n\n" + "\n\n".join(parts) + "\n}\n"
    )


def main() -> None:
    """Write the tables, or elsewhere with ``--output``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=TABLES, help="Kotlin file to write")
    output = parser.parse_args().output
    output.write_text(tables(), encoding="ascii", newline="\n")
    print(f"{output}: {output.stat().st_size} bytes from tokenizers {tokenizers.__version__}")


if __name__ == "__main__":
    main()
