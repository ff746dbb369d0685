"""A cluster in memory that crashes, repeats and interleaves, as worker/runtime says it may.

Each partition of a keyed topic is a log; a record of it is decided at its offset, and what is decided goes out marked
with that offset and a number. Writes and position become durable together, after the outputs were delivered; a crash in
between loses the writes, so that the same records are decided again and send the same messages once more, which their
receivers drop by the marks. All messages and values pass through their wire form.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tests.simulation.faults import Faults
from worker.partitioning import partition_of
from worker.simulation.network import ENTITIES, Network, Spot
from worker.workspace import messages, values
from worker.workspace.changes import WorkspaceChange
from worker.workspace.effects import DeadLetter, Delete, Effect, Publish, Put, Send
from worker.workspace.settings import WorkspaceSettings

Mark: TypeAlias = tuple[Spot, int, int]
"""Who sent it: the partition it was decided on, the offset of the record, and the number among its outputs."""

_encode = msgspec.json.Encoder().encode
MESSAGES: dict[str, msgspec.json.Decoder[Any]] = {
    "people": msgspec.json.Decoder(messages.PeopleMessage),
    "anonymous": msgspec.json.Decoder(messages.AnonymousMessage),
    "objects": msgspec.json.Decoder(messages.ObjectsMessage),
    "devices": msgspec.json.Decoder(messages.DevicesMessage),
}
VALUES: dict[str, msgspec.json.Decoder[Any]] = {
    "people": msgspec.json.Decoder(values.PeopleValue),
    "anonymous": msgspec.json.Decoder(values.AnonymousValue),
    "objects": msgspec.json.Decoder(values.ObjectsValue),
    "devices": msgspec.json.Decoder(values.DevicesValue),
}
CHANGES: msgspec.json.Decoder[WorkspaceChange] = msgspec.json.Decoder(WorkspaceChange)

VALUE_BYTES_MAX = 64 * 1024
"""No value of these histories comes near what a changelog record may hold (256 KiB)."""


STEPS_MAX = 60_000
"""Histories take some thousands; one that takes more goes round in circles."""


class Envelope(Struct, frozen=True):
    """A message on its way, in its wire form."""

    mark: Mark
    key: str
    value: bytes


class Partition(Struct):
    """One partition of a keyed topic and of its table."""

    log: list[Envelope]
    position: int
    table: dict[str, bytes]
    seen: dict[Spot, tuple[int, int]]


class Reading:
    """A unit's view of a partition: its own writes over what is durable, decoded anew at each read."""

    def __init__(self, entity: str, table: dict[str, bytes]) -> None:
        self._decoder = VALUES[entity]
        self._table = table
        self.written: dict[str, bytes | None] = {}

    def get(self, key: str) -> Any:
        raw = self.written[key] if key in self.written else self._table.get(key)
        return None if raw is None else self._decoder.decode(raw)


class Cluster:
    """Source partitions with events already routed to effects, and the keyed topics."""

    def __init__(
        self,
        settings: WorkspaceSettings,
        partitions: int,
        random: Random,
        faults: Faults,
        *,
        drop_repeats: bool = True,
    ) -> None:
        self.settings = settings
        self.partitions = partitions
        self.faults = faults
        self.changes: dict[Mark, tuple[str, WorkspaceChange]] = {}
        self.dead_letters: list[DeadLetter] = []
        self.crashes = 0
        self.steps = 0
        self.spots: dict[Spot, Partition] = {
            (entity, number): Partition([], 0, {}, {}) for entity in ENTITIES for number in range(partitions)
        }
        self._network = Network(settings, partitions, random)
        self._random = random
        self._drop_repeats = drop_repeats
        self._ways: dict[tuple[Spot, Spot], deque[Envelope]] = {}
        self._sources: dict[Spot, deque[tuple[int, list[Effect]]]] = {}

    def offer(self, source: int, offset: int, effects: Iterable[Effect]) -> None:
        """An event, routed, waits to be sent from a partition of the inbound topic."""
        self._sources.setdefault(("segment.events", source), deque()).append((offset, list(effects)))

    def run(self, *, heal: bool = True) -> None:
        """Until nothing is left to do. If it is to heal, faults end when the sources are empty."""
        while self._step(heal=heal):
            self.steps += 1
            assert self.steps < STEPS_MAX, "it does not come to rest"

    def _step(self, *, heal: bool) -> bool:
        random, faults = self._random, self.faults
        sources = [spot for spot, waiting in self._sources.items() if waiting]
        ways = [way for way, queue in self._ways.items() if queue]
        behind = [spot for spot, one in self.spots.items() if one.position < len(one.log)]
        if not sources and not ways and not behind:
            return False
        healing = heal and not sources
        choices: list[Callable[[], None]] = []
        if sources:
            choices.append(lambda: self._route(random.choice(sources)))
        if ways and (healing or random.random() >= faults.lag):
            choices.append(lambda: self._arrive(random.choice(ways)))
        if behind and (healing or random.random() >= faults.lag / 2):
            choices.append(lambda: self._work(random.choice(behind), healing))
        if choices:
            random.choice(choices)()
        return True

    def _route(self, spot: Spot) -> None:
        waiting = self._sources[spot]
        offset, effects = waiting[0]
        delivered = self._crash_after(len(effects))
        if delivered is not None:
            self._deliver(spot, offset, effects[:delivered])
            return
        self._deliver(spot, offset, effects)
        waiting.popleft()

    def _crash_after(self, outputs: int) -> int | None:
        """How many of a unit's outputs are delivered before a crash; None if there is none."""
        if self._random.random() >= self.faults.crash:
            return None
        self.crashes += 1
        return self._random.randrange(outputs + 1)

    def _arrive(self, way: tuple[Spot, Spot]) -> None:
        self.spots[way[1]].log.append(self._ways[way].popleft())

    def _work(self, spot: Spot, healing: bool) -> None:
        """Decide some records as one unit: outputs first, then writes and position together; or crash in between."""
        partition = self.spots[spot]
        entity = spot[0]
        reading = Reading(entity, partition.table)
        seen = dict(partition.seen)
        position = partition.position
        outputs: list[tuple[int, list[Effect]]] = []
        for envelope in partition.log[position : position + self._random.randint(1, self.faults.unit)]:
            sender, offset, number = envelope.mark
            if not self._drop_repeats or (offset, number) > seen.get(sender, (-1, -1)):
                seen[sender] = (offset, number)
                message = MESSAGES[entity].decode(envelope.value)
                assert message.to == envelope.key
                effects = self._network.decide(spot, message, reading)
                for effect in effects:
                    if isinstance(effect, Put):
                        reading.written[effect.key] = _encode(effect.value)
                    elif isinstance(effect, Delete):
                        reading.written[effect.key] = None
                outputs.append((position, effects))
            position += 1
        delivered = None if healing else self._crash_after(sum(len(effects) for _, effects in outputs))
        if delivered is not None:
            for offset, effects in outputs:
                self._deliver(spot, offset, effects[:delivered])
                delivered = max(delivered - len(effects), 0)
            return
        for offset, effects in outputs:
            self._deliver(spot, offset, effects)
        for key, raw in reading.written.items():
            if raw is None:
                partition.table.pop(key, None)
            else:
                assert len(raw) < VALUE_BYTES_MAX, f"{key} takes {len(raw)} bytes"
                partition.table[key] = raw
        partition.seen = seen
        partition.position = position

    def _deliver(self, sender: Spot, offset: int, effects: Sequence[Effect]) -> None:
        number = 0
        for effect in effects:
            mark = (sender, offset, number)
            if isinstance(effect, Send):
                to = (effect.entity, partition_of(effect.key, self.partitions))
                envelope = Envelope(mark, effect.key, _encode(effect.message))
                self._ways.setdefault((sender, to), deque()).append(envelope)
            elif isinstance(effect, Publish):
                change = CHANGES.decode(_encode(effect.change))
                before = self.changes.setdefault(mark, (effect.key, change))
                assert before == (effect.key, change), "decided again, it came out otherwise"
            elif isinstance(effect, DeadLetter):
                self.dead_letters.append(effect)
            else:
                continue
            number += 1

    def values(self, entity: str) -> dict[str, Any]:
        """The records of a table, of all its partitions."""
        decoder = VALUES[entity]
        return {
            key: decoder.decode(raw)
            for (name, _), partition in self.spots.items()
            if name == entity
            for key, raw in partition.table.items()
        }
