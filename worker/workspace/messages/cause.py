"""The event from which something follows."""

from msgspec import Struct


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """The inbound event from which something follows; carried by every message and change.

    `time` is the event's own time and `arrived` the time its record was written to Kafka, both in unix seconds
    (fractions to the millisecond). `arrived` is the only "now" a decision knows. `message_id` of an event that has none
    is its `place_id`.
    """

    message_id: str
    time: float
    arrived: float
    topic: str
    partition: int
    offset: int


def place_id(topic: str, partition: int, offset: int) -> str:
    """What names an event without messageId: `<topic>/<partition>/<offset of 12 digits>`.

    Of values of the same time the one with the greater name stays, and so the later event of a partition.
    """
    return f"{topic}/{partition}/{offset:012}"
