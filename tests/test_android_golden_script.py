from __future__ import annotations

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "android_golden.py"


def test_android_golden_kept_digests_are_what_the_library_gives():
    # One block in 50, of which every kind and every settings has the first; --check of the script computes all.
    script = runpy.run_path(str(SCRIPT))
    kept = script["DIGESTS"].read_text(encoding="ascii").splitlines()[1:]
    found = list(script["lines"](every=50))

    assert len(found) == 2 * 3 + 2 * 2 + 5 + 3 + 2
    assert [line for line in found if line not in kept] == [], "run the script, then the JVM tests"


def test_random_below_is_the_published_xorshift():
    # Marsaglia 2003, page 4: seed 2463534242 gives 723471715 first, in 32 bits with the shifts 13, 17 and 5.
    random = runpy.run_path(str(SCRIPT))["Random"](2463534242)
    assert random.below(2**32) == 723471715
