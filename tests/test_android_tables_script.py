from __future__ import annotations

import runpy
from pathlib import Path

import tokenizers

SCRIPT = Path(__file__).parents[1] / "scripts" / "android_tables.py"


def test_android_tables_kept_file_is_what_the_library_does():
    script = runpy.run_path(str(SCRIPT))
    kept = script["TABLES"].read_text(encoding="ascii")
    # The version in the comment may differ where the tables do not.
    made = script["tables"]().replace(
        f"from tokenizers {tokenizers.__version__};",
        kept[kept.index("from tokenizers ") :].split(";")[0] + ";",
    )
    assert made == kept, (
        f"tokenizers changed what it does to a code point: run {SCRIPT.name}, then the JVM tests"
    )


def test_mappings_gap_of_one_is_left_out():
    script = runpy.run_path(str(SCRIPT))
    assert script["mappings"]({0x24: "a", 0x25: "ab"}) == "10,2p ,2p,2q"


def test_runs_equal_neighbours_are_joined():
    script = runpy.run_path(str(SCRIPT))
    assert script["runs"]({2: 1, 3: 1, 4: 2, 40: 2}) == "2 2 1 0 1 2 z 1 2"
