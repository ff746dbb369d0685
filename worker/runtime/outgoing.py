"""Records to be written, and how large batches of them may be."""

from typing import Final

from msgspec import Struct

Headers = list[tuple[str, bytes | None]]
"""Names and contents; Kafka allows null for a content, and others send it."""

NO_HEADERS: Final[Headers] = []
"""Of records without headers; nothing may be added to it."""

OUTPUT_BATCH_BYTES = 900_000
"""Records of one output batch; below the 1 MiB that a topic takes by default."""

CHANGELOG_BATCH_BYTES = 4 * 1024 * 1024
"""The largest changelog batch, and `max.message.bytes` of the changelog topics (topics/*-changelog.yaml)."""

RECORD_OVERHEAD_BYTES = 64
"""More than Kafka's framing of a record adds to its key, value and headers."""

_UTF_8_BYTES = 4
"""The most of a character."""

_BATCH_OVERHEAD_BYTES = 64
"""More than Kafka's framing of a batch adds to its records."""


class Out(Struct, frozen=True, gc=False):
    """A record to be written. `size` is an upper bound of its bytes in a batch."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    size: int


def out(key: bytes | None, value: bytes | None, headers: Headers | None = None) -> Out:
    """A record to be written, with its size."""
    size = RECORD_OVERHEAD_BYTES + len(key or b"") + len(value or b"")
    for name, content in headers or ():
        size += (len(name) if name.isascii() else _UTF_8_BYTES * len(name)) + len(content or b"") + 8
    return Out(key, value, headers or NO_HEADERS, size)


def fits(record: Out, max_message_bytes: int) -> bool:
    """Whether a topic with this limit takes `record`, not compressed, in a batch of its own."""
    return record.size + _BATCH_OVERHEAD_BYTES <= max_message_bytes
