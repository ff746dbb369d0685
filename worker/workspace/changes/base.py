"""What every change says."""

from typing import Literal

from msgspec import Struct

from worker.workspace.messages.cause import Cause


class Origin(Struct, frozen=True, gc=False):
    """Which event caused a change: its messageId, its own time and that of its arrival (unix seconds), and its record.

    `message_id` is the record's place where the event has none.
    """

    message_id: str
    time: float
    arrived: float
    topic: str
    partition: int
    offset: int


class Change(Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """A change of the workspace; `version` is that of the schema."""

    cause: Origin
    version: Literal[1] = 1


def origin(cause: Cause) -> Origin:
    """The cause as changes show it."""
    return Origin(cause.message_id, cause.time, cause.arrived, cause.topic, cause.partition, cause.offset)
