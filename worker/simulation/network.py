"""The four keyed topics and their tables in memory.

Messages from one sending partition to one receiving partition keep their order; any others overtake each other, as the
random numbers say. Nothing is lost and nothing comes twice: that is the runtime's business (worker/runtime), and how it
is when it fails is for the tests to simulate.
"""

from collections import deque
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, TypeAlias, cast, get_args

from msgspec import Struct

from worker.partitioning import partition_of
from worker.workspace.anonymous import decide_anonymous
from worker.workspace.changes import WorkspaceChange
from worker.workspace.devices import decide_devices
from worker.workspace.effects import DeadLetter, Delete, Effect, Entity, Place, Publish, Put, Send, State
from worker.workspace.messages import AnonymousMessage, DevicesMessage, ObjectsMessage, PeopleMessage
from worker.workspace.objects import decide_objects
from worker.workspace.people import decide_people
from worker.workspace.settings import WorkspaceSettings

Spot: TypeAlias = tuple[str, int]
"""A partition of a topic."""

ENTITIES: tuple[Entity, ...] = get_args(Entity)


class Network:
    """The partitions of the keyed topics, their tables, and what is on its way between them."""

    def __init__(self, settings: WorkspaceSettings, partitions: int, random: Random) -> None:
        self.settings = settings
        self.partitions = partitions
        self.tables: dict[Spot, dict[str, Struct]] = {
            (entity, number): {} for entity in ENTITIES for number in range(partitions)
        }
        self.changes: list[Publish] = []
        self._watcher: Callable[[Iterable[Effect]], None] | None = None
        self._random = random
        self._places = [Place(number, partitions) for number in range(partitions)]
        self._under_way: dict[tuple[Spot, Spot], deque[Send]] = {}
        self._busy: list[tuple[Spot, Spot]] = []

    def watch(self, watcher: Callable[[Iterable[Effect]], None]) -> None:
        """Show `watcher` the effects of every decision."""
        self._watcher = watcher

    def take(self, effects: Iterable[Effect], sender: Spot) -> list[DeadLetter]:
        """Send and publish what was decided at `sender`; what could not be told to anybody is returned."""
        dead: list[DeadLetter] = []
        if self._watcher is not None:
            effects = list(effects)
            self._watcher(effects)
        for effect in effects:
            if isinstance(effect, Send):
                way = (sender, (effect.entity, partition_of(effect.key, self.partitions)))
                queue = self._under_way.setdefault(way, deque())
                if not queue:
                    self._busy.append(way)
                queue.append(effect)
            elif isinstance(effect, Publish):
                self.changes.append(effect)
            elif isinstance(effect, DeadLetter):
                dead.append(effect)
        return dead

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._busy

    def step(self) -> None:
        """Deliver one message that is the next on its way, whichever."""
        busy = self._busy
        at = self._random.randrange(len(busy)) if len(busy) > 1 else 0
        way = busy[at]
        queue = self._under_way[way]
        message = queue.popleft()
        if not queue:
            busy[at] = busy[-1]
            busy.pop()
        receiver = way[1]
        effects = self.decide(receiver, message.message)
        self.write(receiver, effects)
        self.take(effects, receiver)

    def settle(self) -> None:
        """Deliver until nothing is under way."""
        while self._busy:
            self.step()

    def decide(self, spot: Spot, message: Struct, state: State[Struct] | None = None) -> list[Effect]:
        """What the agent of a partition decides on a message; `state` instead of its own table, if given."""
        entity, number = spot
        table: State[Any] = self.tables[spot] if state is None else state
        place, settings = self._places[number], self.settings
        match entity:
            case "people":
                return decide_people(table, cast("PeopleMessage", message), place, settings)
            case "anonymous":
                return decide_anonymous(table, cast("AnonymousMessage", message), place, settings)
            case "objects":
                return decide_objects(table, cast("ObjectsMessage", message), place, settings)
            case _:
                return decide_devices(table, cast("DevicesMessage", message), place, settings)

    def write(self, spot: Spot, effects: Iterable[Effect]) -> None:
        """Write what was decided to the partition's table."""
        table = self.tables[spot]
        for effect in effects:
            if isinstance(effect, Put):
                table[effect.key] = effect.value
            elif isinstance(effect, Delete):
                table.pop(effect.key, None)

    def published(self) -> Iterable[WorkspaceChange]:
        """The changes, in the order they were published."""
        return (cast("WorkspaceChange", one.change) for one in self.changes)
