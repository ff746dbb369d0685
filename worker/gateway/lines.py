"""Reads events from files: NDJSON, plain or gzipped, or one JSON document, with a bound on what is in memory."""

import gzip
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

STANDARD_INPUT = Path("-")


class Line(Struct, frozen=True):
    """One event of a file. `value` is None where it is longer than allowed.

    `read` is how much of the file was read; 0 where that is not known, as of a pipe.
    """

    source: str
    number: int
    """Counted from 1."""
    value: bytes | None
    read: int


class UnreadableError(Exception):
    """A file can't be read."""


def read_lines(path: Path, longest: int) -> Iterator[Line]:
    """The events of the file at `path`, `-` for standard input, without blank lines, line ends and a byte order mark.

    A file called `*.json` is one event; otherwise each line is one. None longer than `longest` bytes is kept in memory.
    Raises UnreadableError.
    """
    if path == STANDARD_INPUT:
        yield from _lines(sys.stdin.buffer, None, "standard input", longest)
        return
    try:
        with path.open("rb") as raw:
            position = raw if raw.seekable() else None
            if path.suffix == ".json":
                text = raw.read(longest + 3)  # with its line end; cut where it is longer than that
                value = text.removeprefix(BOM_UTF8).strip()
                fits = len(text) <= longest + 2 and len(value) <= longest
                if value or not fits:
                    yield Line(str(path), 1, value if fits else None, _read(position))
            elif path.suffix == ".gz":
                with gzip.open(raw) as unpacked:
                    yield from _lines(unpacked, position, str(path), longest)
            else:
                yield from _lines(raw, position, str(path), longest)
    except (OSError, EOFError, zlib.error) as error:  # EOFError, zlib.error: a damaged .gz
        raise UnreadableError(f"{path} can't be read: {error}") from error


def _lines(stream: BinaryIO | gzip.GzipFile, position: BinaryIO | None, source: str, longest: int) -> Iterator[Line]:
    number = 0
    while line := stream.readline(longest + 2):  # with its line end, \n or \r\n
        number += 1
        value: bytes | None = line.rstrip(b"\r\n")
        if len(value or b"") > longest:
            value = None
            while line and not line.endswith(b"\n"):
                line = stream.readline(longest)
        elif number == 1 and value:
            value = value.removeprefix(BOM_UTF8)
        if value is None or value.strip():
            yield Line(source, number, value, _read(position))


def _read(position: BinaryIO | None) -> int:
    return position.tell() if position else 0
