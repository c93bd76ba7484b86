"""Long texts cut into sentences by a simple rule, so that they are as short as a task's examples."""

from __future__ import annotations

import re

# HTML's line break too: film reviews and other texts of the web hold it.
_BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)
# Curly quotes by their numbers, since they look like others.
_END = re.compile("[.!?\u2026][\"'\u201d\u2019)\\]]*\\s+")
_OPENING = frozenset("\"'\u201c\u2018([")


def sentences(text: str) -> list[str]:
    """Cut ``text`` at line breaks, and where one of ``. ! ? …`` (with closing quotes and brackets) and white space stand
    before a capital letter or an opening quote or bracket.

    The rule knows no abbreviations (``Dr. Who`` are two), and leaves text without capitals whole.
    """
    found = []
    for line in _BREAK.split(text):
        start = 0
        for end in _END.finditer(line):
            following = line[end.end() : end.end() + 1]
            if following.isupper() or following in _OPENING:
                found.append(line[start : end.end()])
                start = end.end()
        found.append(line[start:])
    return [one.strip() for one in found if one.strip()]
