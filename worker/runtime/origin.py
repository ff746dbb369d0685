"""Where an internal message came from, and how a receiver drops the ones it has seen.

Every message between agents carries the record that led to it and its number among that record's messages: header
`origin` = `<topic>/<partition>/<offset>/<index>`. A sender decides its records in order and from the same state
after a crash, so the messages of one origin partition reach a receiving partition in rising (offset, index), repeats
aside. The highest one applied is all that a receiver has to remember (docs/architecture.md, The runtime).
"""

from collections.abc import Sequence
from typing import Final

ORIGIN_HEADER: Final = "origin"

Mark = tuple[int, int]
"""(offset, index) of a message within its origin partition; marks of one origin partition are ordered."""


_LARGEST: Final = 2**63 - 1

NUMBERED: Final = 64
NUMBERS: Final = tuple(b"%d" % index for index in range(NUMBERED))
"""The numbers of a record's first messages, as they stand in the header."""

_INDICES: Final = {number: index for index, number in enumerate(NUMBERS)}


def read_origin(headers: Sequence[tuple[str, bytes | None]]) -> tuple[bytes, Mark] | None:
    """The origin partition (`<topic>/<partition>`) and mark of a record, or None when it carries none.

    Raises:
        ValueError: when the header is there but is not of that form.
    """
    for name, value in headers:
        if name == ORIGIN_HEADER and value is not None:
            return parse_origin(value)
    return None


def parse_origin(value: bytes) -> tuple[bytes, Mark]:
    """The origin partition and the mark that a header value names; raises ValueError as `read_origin` does."""
    source, offset, number = value.rsplit(b"/", 2)
    if not source.isascii():  # it is kept as text; what can't be must not get as far as the changelog
        raise ValueError(f"{source!r} is not <topic>/<partition>")
    index = _INDICES.get(number)
    return source, (_number(offset), _number(number) if index is None else index)


def _number(digits: bytes) -> int:
    found = int(digits)
    if not 0 <= found <= _LARGEST:
        raise ValueError(f"{digits!r} is not an offset or a number")
    return found


def pack_mark(mark: Mark) -> bytes:
    """A mark as it is kept in a changelog."""
    return b"%d/%d" % mark


def unpack_mark(raw: bytes) -> Mark:
    """The inverse of `pack_mark`."""
    offset, index = raw.split(b"/")
    return int(offset), int(index)
