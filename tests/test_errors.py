from __future__ import annotations

import pytest

from tfbert_edge.errors import GateError, exit_with


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
