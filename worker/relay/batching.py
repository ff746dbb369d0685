"""Which events go together in one request: in order, within Segment's limits by the bytes that are sent."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from worker.relay.reading import Ready

MAX_BATCH_BYTES: Final = 500_000
"""Bytes of a request's body before it is compressed. Segment takes 500 KB (customerio_semantics.md 8.4)."""
MAX_BATCH_EVENTS: Final = 2500

_HEAD: Final = b'{"sentAt":"'
_MIDDLE: Final = b'","batch":['
_TAIL: Final = b"]}"
_ENVELOPE_BYTES: Final = len(_HEAD) + len("2026-01-01T00:00:00.000Z") + len(_MIDDLE) + len(_TAIL)


class Batch(Struct, frozen=True):
    """Events of one partition, in its order. Once they are decided, the partition is done up to `next_offset`."""

    events: tuple[Ready, ...]
    next_offset: int

    def body(self, sent_at: str) -> bytes:
        """The JSON that is posted; `sent_at` is the time of sending, ISO 8601 in UTC to the millisecond."""
        return b"".join((_HEAD, sent_at.encode(), _MIDDLE, b",".join([one.value for one in self.events]), _TAIL))

    def halves(self) -> "tuple[Batch, Batch]":
        """The batch as two, in order; it must have two events or more."""
        middle = len(self.events) // 2
        second = Batch(self.events[middle:], self.next_offset)
        return Batch(self.events[:middle], second.events[0].offset), second


def batches(events: Sequence[Ready], next_offset: int) -> list[Batch]:
    """`events`, consecutive but for what need not be sent, as batches; `next_offset` is where the partition goes on."""
    cuts = [0]
    size = _ENVELOPE_BYTES
    for number, event in enumerate(events):
        more = len(event.value) + 1
        if size + more - 1 > MAX_BATCH_BYTES or number - cuts[-1] == MAX_BATCH_EVENTS:
            cuts.append(number)
            size = _ENVELOPE_BYTES
        size += more
    made = []
    for begin, end in zip(cuts, [*cuts[1:], len(events)], strict=True):
        following = events[end].offset if end < len(events) else next_offset
        if begin < end:
            made.append(Batch(tuple(events[begin:end]), following))
    return made
