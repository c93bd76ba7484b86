"""From arguments to an exit code: 0 done, 1 the user's input, 2 a gate failed, 3 a bug, 130 interrupted."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from tfbert_edge.cli.app import app
from tfbert_edge.errors import TfbertEdgeError

BUG, INTERRUPTED, USAGE = 3, 130, 1

# typer carries its own copy of click since 0.20 or so; its public errors lead to the common base of either.
_ClickError: Any = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit."""
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; returns the exit code. No traceback for a user's mistake, unless with ``--debug``."""
    debug = _take_debug(arguments)
    try:
        result = app(arguments, standalone_mode=False, prog_name="tfbert-edge")
    except TfbertEdgeError as error:
        if debug:
            traceback.print_exc()
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except _ClickError as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout has gone (head, less); nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            traceback.print_exc()
        said = " ".join(str(error).split())[:300]
        print(f"bug: {type(error).__name__}: {said}. See where: run it again with --debug.", file=sys.stderr)
        return BUG
    return result if isinstance(result, int) else 0


def _take_debug(arguments: list[str]) -> bool:
    """Take ``--debug`` out of the arguments, wherever it stands before a bare ``--``."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if "--debug" not in arguments[:end]:
        return False
    arguments.remove("--debug")
    return True
