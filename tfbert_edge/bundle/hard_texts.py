"""Texts on which tokenizers of different makes part ways; every bundle's golden vectors hold them."""

from __future__ import annotations

HARD_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\t\r\n",
    "Hello, World!",
    "isn't it?!...",
    # Accents, composed and not; capitals that lower to two letters, and others without a case.
    "na\u00efve caf\u00e9 \u00c5NGSTR\u00d6M",
    "cafe\u0301 A\u030angstro\u0308m",
    "\u0130stanbul \u0131\u015f\u0131k STRA\u1e9eE \u03a3\u0399\u03a3\u03a5\u03a6\u039f\u03a3",
    "\u01c4\u01c5\u01c6 \ufb01ne \u2126 \u212b",
    # Emoji: plain, with skin tone, joined, a flag, a keycap.
    "great \U0001f600 film \U0001f44d\U0001f3fd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 1\ufe0f\u20e3",
    # Scripts without blanks, of two directions, with marks below and above.
    "\u6f22\u5b57kanji\u4eee\u540d \u304b\u306a \u30ab\u30ca \U00020000\U0002a6d6",
    "\ud55c\uad6d\uc5b4 \u110e\u1161\u11b7",
    "\u0627\u0644\u0633\u0651\u0644\u0627\u0645 \u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",
    # Characters that are cleaned away or become blanks.
    "a\u0000b\u0001c\u007fd\u0085e\ufffdf",
    "soft\u00adhyphen zero\u200bwidth\u200dspace\ufeff",
    "no\u00a0break\u2003em\u2028line\u3000wide",
    # Punctuation of ASCII and beyond, symbols that are none.
    "$10+5=15 ~`^<> \u00a71 \u00abquoted\u00bb \u201ccurly\u201d \u2014 dash\u2026 \u20ac100 \u00b0C \u00b1",
    "\uff28\uff45\uff4c\uff4c\uff4f\uff0c\uff37\uff4f\uff52\uff4c\uff44\uff01",
    # Special tokens written out, in both cases and in parts.
    "[CLS] a [MASK] b[SEP]c [PAD] [UNK]",
    "[cls] [mask] [ MASK ] [CLS",
    # Words at and over the length at which a word is unknown.
    "a" * 100,
    "a" * 101,
    "\u00e9" * 101,
    "##ing ## #",
    "http://example.org/a_b?c=d&e=%20f",
    # Longer than any sequence.
    "long and longer " * 400,
)
