"""What a decision returns. Decisions are pure: the runtime performs the effects, in order, as one unit.

`decide(state, message, place, settings) -> list[Effect]`: `state.get(key)` reads the values of the agent's own table on
this partition; time comes with the message (its cause); nothing else may be read.
"""

from typing import Literal, Protocol, TypeAlias, TypeVar, final

from msgspec import Struct

from worker.partitioning import PROFILE_PREFIX, partition_of
from worker.reasons import Reason

Entity: TypeAlias = Literal["people", "anonymous", "objects", "devices"]
"""The four keyed topics, and the tables of the agents that read them."""

ValueT = TypeVar("ValueT", covariant=True)


class State(Protocol[ValueT]):
    """One partition of a table, as a decision sees it: the writes of its own unit included."""

    def get(self, key: str) -> ValueT | None:
        """The value at `key`, or None."""
        ...


class Place:
    """Where a decision is taken: partition `partition` of `partitions` (the four keyed topics have equal counts).

    The cio_id of every profile made here begins with `digits`.
    """

    __slots__ = ("_home", "digits", "partition", "partitions")

    def __init__(self, partition: int, partitions: int) -> None:
        self.partition = partition
        self.partitions = partitions
        self.digits = f"{partition:04x}"
        self._home = PROFILE_PREFIX + self.digits

    def holds(self, key: str) -> bool:
        """Whether `key` belongs to this partition, so that its state can be read here and now."""
        return key[:8] == self._home or partition_of(key, self.partitions) == self.partition


@final
class Put(Struct, frozen=True, gc=False):
    """Write `value` (one of the table's value structs) at `key` of the agent's own table."""

    key: str
    value: Struct


@final
class Delete(Struct, frozen=True, gc=False):
    """Remove `key` from the agent's own table."""

    key: str


@final
class Send(Struct, frozen=True, gc=False):
    """Send an internal message to the agent of `entity`; it arrives once, in order per (sender partition, key)."""

    entity: Entity
    key: str
    message: Struct


@final
class Publish(Struct, frozen=True, gc=False):
    """Publish a change of the workspace (topic workspace.changes); `key` keeps one subject's changes in order."""

    key: str
    change: Struct


@final
class DeadLetter(Struct, frozen=True, gc=False):
    """The message can never succeed; its unchanged bytes go to the dead-letter topic with this reason."""

    reason: Reason
    detail: str


Effect: TypeAlias = Put | Delete | Send | Publish | DeadLetter
