"""The event from which something follows."""

from msgspec import Struct


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """The inbound event from which something follows; carried by every message and change.

    `time` is the event's own time and `arrived` the time its record was written to Kafka, both in unix seconds
    (fractions to the millisecond). `arrived` is the only "now" a decision knows. An event without messageId is named by
    its place.
    """

    message_id: str
    time: float
    arrived: float
    topic: str
    partition: int
    offset: int
