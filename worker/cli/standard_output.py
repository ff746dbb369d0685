"""Standard output that takes any text, and says of itself when it can't be written, as on a full disk."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class OutputFailed(OSError):
    """Standard output can't be written."""


class _Raw(FileIO):
    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # nobody reads on, which is no failure
            raise
        except OSError as problem:
            raise OutputFailed(problem.errno, problem.strerror) from problem


@contextmanager
def telling_output() -> Iterator[None]:
    """Where standard output can't be written in the block, the process ends with one line that says so, and with 1.

    A process that was given none prints nowhere. What the locale has no character for is written as an escape.
    """
    _open_missing()
    given = sys.stdout
    raw = _Raw(given.fileno(), "w", closefd=False)
    at_once = bool(given.line_buffering) or getattr(given, "write_through", False)  # PYTHONUNBUFFERED
    sys.stdout = TextIOWrapper(BufferedWriter(raw), given.encoding, "backslashreplace", line_buffering=at_once)
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OutputFailed as problem:
        drop_output()
        sys.stderr.write(f"error: standard output can't be written: {problem.strerror}\n")
        sys.exit(1)


def _open_missing() -> None:
    """Standard streams that the process was not given are empty ones, before a file or socket gets their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  as the process's own, it stays open


def drop_output() -> None:
    """Let what is printed from now on, and what waits to be, go nowhere: Python writes what is left at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
