"""Entities as one tag a token: IOB1, IOB2 and BIOES (Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra 1999).

| scheme | an entity of type X begins with                                  | goes on with | ends with        |
|--------|------------------------------------------------------------------|--------------|------------------|
| IOB1   | I-X, or B-X where the token before ends another of the same type | I-X          |                  |
| IOB2   | B-X                                                              | I-X          |                  |
| BIOES  | B-X, or S-X where it is one token                                | I-X          | E-X              |

``O`` is no entity. Whatever the scheme, and however illegal the sequence, an entity is read as conlleval reads it: it begins at
B-X and S-X, and at I-X and E-X too where the token before is of no entity of type X or has ended one.
"""

from __future__ import annotations

from collections.abc import Sequence

OUTSIDE = "O"

SCHEMES = {"IOB1": ("B", "I"), "IOB2": ("B", "I"), "BIOES": ("B", "I", "E", "S")}
"""What stands before the hyphen, in each scheme."""

Span = tuple[str, int, int]
"""An entity's type, its first token, and the one after its last."""


def split_tag(tag: str) -> tuple[str, str]:
    """``B-PER`` as (B, PER); ``O``, and what is no tag of any scheme, as (O, "")."""
    prefix, hyphen, kind = tag.partition("-")
    return (prefix, kind) if hyphen and kind else (OUTSIDE, "")


def is_tag(tag: str, scheme: str) -> bool:
    """Whether ``tag`` is one of ``scheme``, whatever stands before it."""
    prefix, hyphen, kind = tag.partition("-")
    return tag == OUTSIDE or bool(hyphen and kind and prefix in SCHEMES[scheme])


def tag_spans(tags: Sequence[str]) -> list[Span]:
    """The entities of a sentence, in order, by the rule above."""
    spans: list[Span] = []
    before, kind_before = OUTSIDE, ""
    for place, (prefix, kind) in enumerate(map(split_tag, tags)):
        if prefix != OUTSIDE:
            goes_on = prefix in ("I", "E") and kind == kind_before and before in ("B", "I")
            begin = spans.pop()[1] if goes_on else place
            spans.append((kind, begin, place + 1))
        before, kind_before = prefix, kind
    return spans


def span_tags(spans: Sequence[Span], length: int, scheme: str = "IOB2") -> list[str]:
    """The tags of ``length`` tokens with these entities, which are in order and do not overlap."""
    tags = [OUTSIDE] * length
    last_kind, last_end = "", 0
    for kind, begin, end in spans:
        tags[begin:end] = [f"I-{kind}"] * (end - begin)
        if scheme != "IOB1" or (kind == last_kind and begin == last_end):
            tags[begin] = f"B-{kind}"
        if scheme == "BIOES":
            tags[end - 1] = f"E-{kind}" if end - begin > 1 else f"S-{kind}"
        last_kind, last_end = kind, end
    return tags


def to_iob2(tags: Sequence[str]) -> list[str]:
    """The same entities in IOB2."""
    return span_tags(tag_spans(tags), len(tags))


def scheme_of(sentences: Sequence[Sequence[str]]) -> str:
    """The scheme that these sentences are written in.

    BIOES where a tag begins with E or S; else IOB1 where an entity begins with I, else IOB2.
    """
    if any(split_tag(tag)[0] in ("E", "S") for tags in sentences for tag in tags):
        return "BIOES"
    begins_inside = any(tags[begin].startswith("I-") for tags in sentences for _, begin, _ in tag_spans(tags))
    return "IOB1" if begins_inside else "IOB2"


def iob2_labels(kinds: Sequence[str]) -> tuple[str, ...]:
    """What a network says of a token: O first, then B-X and I-X of each type."""
    return (OUTSIDE, *(f"{prefix}-{kind}" for kind in kinds for prefix in ("B", "I")))
