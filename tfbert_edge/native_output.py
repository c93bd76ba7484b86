"""What native libraries write to stderr past Python: kept away from the user, unless something fails."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# 0 and 1 ask for information and warnings: whoever sets them wants to read what TensorFlow says.
SWITCH = "TF_CPP_MIN_LOG_LEVEL"


@contextmanager
def hidden_native_output() -> Iterator[None]:
    """Keep what is written to file descriptor 2 in the block from the screen; an error in the block brings it back.

    TensorFlow's libraries log to the descriptor before any of their switches is read ("All log messages before
    absl::InitializeLog()"). Python's own ``sys.stderr`` goes on as before, progress bars included.
    """
    if os.environ.get(SWITCH) in ("0", "1"):
        yield
        return
    try:
        screen = os.dup(2)
    except OSError:  # a process without stderr
        yield
        return
    python_stderr = sys.stderr
    with tempfile.TemporaryFile() as kept, os.fdopen(screen, "w", buffering=1, errors="replace") as stderr:
        if python_stderr is not None:
            python_stderr.flush()
        # A stderr that Python code has replaced (a test's, a notebook's) does not write to the descriptor.
        replaced = _descriptor(python_stderr) != 2
        os.dup2(kept.fileno(), 2)
        if not replaced:
            sys.stderr = stderr
        try:
            yield
        except Exception:
            kept.seek(0)
            os.write(screen, kept.read())
            raise
        finally:
            stderr.flush()
            os.dup2(screen, 2)
            if sys.stderr is stderr:
                sys.stderr = python_stderr


def _descriptor(stream: object) -> int | None:
    try:
        return stream.fileno()  # type: ignore[attr-defined]  # any object may be put there; what lacks it is handled
    except (AttributeError, OSError, ValueError):
        return None
