"""A record of topic segment.message-metrics, looked at before it is sent."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from worker.reasons import Reason
from worker.runtime.record import Record

MAX_EVENT_BYTES: Final = 32 * 1024
"""The largest event that Segment takes (customerio_semantics.md 8.4)."""


class _Event(Struct, gc=False):
    """What the relay must know of an event; the rest goes to Segment as it is."""

    message_id: Annotated[str, Meta(min_length=1, max_length=99)] = msgspec.field(name="messageId")


class Ready(Struct, frozen=True, gc=False):
    """An event to be sent: the record's bytes, unchanged."""

    message_id: str
    value: bytes
    record: Record

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        return self.record.offset


class Unsendable(Struct, frozen=True):
    """A record that Segment could never take."""

    record: Record
    reason: Reason
    detail: str


_decode: Final = msgspec.json.Decoder(_Event).decode


def read(record: Record) -> Ready | Unsendable:
    """The event in a record, or why there is none."""
    value = record.value
    if value is None or not value.strip():
        return Unsendable(record, Reason.EMPTY, "the record has no value")
    if len(value) > MAX_EVENT_BYTES:
        return Unsendable(record, Reason.TOO_LARGE, f"{len(value)} bytes, and Segment takes {MAX_EVENT_BYTES}")
    try:
        value.isascii() or value.decode()  # msgspec does not look into strings that it skips
        event = _decode(value)
    except UnicodeDecodeError as problem:
        return Unsendable(record, Reason.NOT_JSON, str(problem))
    except msgspec.ValidationError as problem:
        return Unsendable(record, Reason.INVALID_MESSAGE, str(problem))
    except (msgspec.DecodeError, RecursionError) as problem:
        return Unsendable(record, Reason.NOT_JSON, str(problem))
    if "\0" in event.message_id:  # SQLite would take it for the end: the ledger could not tell such IDs apart
        return Unsendable(record, Reason.INVALID_MESSAGE, "messageId holds a NUL character")
    return Ready(event.message_id, value, record)
