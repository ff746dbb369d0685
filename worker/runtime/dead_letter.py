"""What a dead letter looks like (topics/README.md has its headers)."""

from collections.abc import Sequence
from typing import Final

from worker import __version__
from worker.reasons import Reason
from worker.runtime.outgoing import Headers, Out, out
from worker.runtime.record import Record

DETAIL_BYTES = 2000

VALUE_LEFT_OUT: Final = "value_left_out"
"""Header of a letter without its record's value: how many bytes that has."""
REST_LEFT_OUT: Final = "rest_left_out"
"""Header of a letter without its record's key and headers either: how many bytes those have."""


def dead_letter(record: Record, reason: Reason, detail: str, max_bytes: int) -> Out:
    """The unchanged record, with headers that say why and whence.

    Kafka limits what is sent, compressed as it is; so a record may be far larger than a letter may be. What would make
    it larger than `max_bytes` is left out, and stays at its origin: the value, and where that is not enough all else.
    """
    origin = f"{record.topic}/{record.partition}/{record.offset}"

    def letter(
        key: bytes | None, value: bytes | None, own: Sequence[tuple[str, bytes | None]], left_out: Headers
    ) -> Out:
        note = f"; its value does not fit into a dead letter and is still at {origin}".encode() if left_out else b""
        headers: Headers = [
            *own,
            ("reason", reason.value.encode()),
            ("detail", _cut(detail, DETAIL_BYTES - len(note)) + note),
            ("dead_letter_origin", origin.encode()),
            ("first_seen", b"%d" % record.timestamp),
            ("worker_version", __version__.encode()),
            *left_out,
        ]
        return out(key, value, headers)

    whole = letter(record.key, record.value, record.headers, [])
    if whole.size <= max_bytes:
        return whole
    left_out: Headers = [(VALUE_LEFT_OUT, b"%d" % len(record.value or b""))]
    without_value = letter(record.key, None, record.headers, left_out)
    if without_value.size <= max_bytes:
        return without_value
    rest = len(record.key or b"") + sum(len(name) + len(content or b"") for name, content in record.headers)
    return letter(None, None, (), [*left_out, (REST_LEFT_OUT, b"%d" % rest)])


def _cut(text: str, longest: int) -> bytes:
    """The text in UTF-8, of at most so many bytes and without a part of a character at its end."""
    return text.encode("utf-8", "replace")[:longest].decode("utf-8", "ignore").encode()
