"""One decision under way: what it reads, what it has written so far, and what it will return."""

from typing import Final, TypeVar

from msgspec import Struct

from worker.workspace.changes import Change
from worker.workspace.changes.base import Origin, origin
from worker.workspace.effects import Delete, Effect, Entity, Place, Publish, Put, Send, State
from worker.workspace.messages import Message, PeopleMessage
from worker.workspace.messages.cause import Cause
from worker.workspace.settings import WorkspaceSettings

RecordT = TypeVar("RecordT", bound=Struct)

FULL_BYTES: Final = 512 * 1024
"""Once a decision has written so much, it puts off what it can. One more step may write twice that, and all of it must
fit into what one record may write (worker/runtime/unit.py)."""


class Turn(Struct, gc=False):
    """The state as the decision sees it, its own writes included, and the effects of the decision.

    `inbox` has the messages to subjects of this very partition, in order; they are decided in the same turn.
    (A Struct since one is made for every message, at a third of the cost of another class's object.)
    """

    _state: State[Struct]
    place: Place
    settings: WorkspaceSettings
    inbox: list[PeopleMessage] = []
    _written: dict[str, Struct | None] = {}
    _outputs: list[Effect] = []
    _cause: Cause | None = None
    _origin: Origin | None = None
    _large: int = 0

    def get(self, key: str) -> Struct | None:
        """The record at `key`."""
        if key in self._written:
            return self._written[key]
        return self._state.get(key)

    def find(self, key: str, kind: type[RecordT]) -> RecordT | None:
        """The record at `key`, which is of this kind if there is one."""
        written = self._written
        value = written[key] if key in written else self._state.get(key)
        assert value is None or isinstance(value, kind), f"{key} holds a {type(value).__name__}"
        return value

    def put(self, key: str, value: Struct) -> None:
        """Write a record."""
        self._written[key] = value

    def put_large(self, key: str, value: Struct, size: int) -> None:
        """Write a record that may be large: it has at most `size` bytes, or few more."""
        self._written[key] = value
        self._large += size

    @property
    def full(self) -> bool:
        """Whether so much is written that the rest is for further decisions, by messages through the topic."""
        return self._large >= FULL_BYTES

    def delete(self, key: str) -> None:
        """Remove a record."""
        self._written[key] = None

    def send(self, entity: Entity, message: Message) -> None:
        """Send a message through the topic, also to this partition."""
        self._outputs.append(Send(entity, message.to, message))

    def tell(self, message: PeopleMessage) -> None:
        """Pass a message to a handle or profile: within this turn if it is of this partition."""
        if self.place.holds(message.to):
            self.inbox.append(message)
        else:
            self._outputs.append(Send("people", message.to, message))

    def publish(self, key: str, change: Change) -> None:
        """Publish a change of the subject `key`."""
        self._outputs.append(Publish(key, change))

    def why(self, cause: Cause) -> Origin:
        """The cause as changes show it."""
        if cause is not self._cause or self._origin is None:
            self._cause = cause
            self._origin = origin(cause)
        return self._origin

    def effects(self) -> list[Effect]:
        """What was decided: the outputs in order, then each record once as it is at the end."""
        effects = self._outputs
        for key, value in self._written.items():
            effects.append(Delete(key) if value is None else Put(key, value))
        return effects
