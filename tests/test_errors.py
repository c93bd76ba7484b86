from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfbert_edge.errors import INSTALL, GateError, MissingExtraError, exit_with, require_extra

ROOT = Path(__file__).parents[1]


def test_exit_with_error_of_ours_prints_one_line_and_its_code(capsys):
    def main():
        raise GateError("too slow")

    with pytest.raises(SystemExit) as ended:
        exit_with(main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: too slow\n"


@pytest.mark.parametrize(("result", "code"), [(None, None), (2, 2)])
def test_exit_with_result_ends_with_it(result, code):
    with pytest.raises(SystemExit) as ended:
        exit_with(lambda: result)
    assert ended.value.code == code


def test_require_extra_that_is_not_installed_names_the_module_and_the_line():
    with pytest.raises(MissingExtraError, match=r"'no_such_module'.*pip install \"tfbert-edge\[train\]\""):
        require_extra("no_such_module", "train")


def test_demo_packages_are_the_same_in_makefile_project_and_messages():
    pinned = re.compile(r"[\w-]+==[\d.]+")
    makefile = re.search(r"^DEMO := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    project = re.search(
        r"^demo = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL
    )

    assert makefile and project
    assert pinned.findall(makefile[1]) == pinned.findall(project[1]) == pinned.findall(INSTALL["demo"])
