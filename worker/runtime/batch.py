"""Working through one batch of one partition: skip what was applied, decide, and write unit by unit.

The write order of a unit, on which everything else rests:

1. outputs (internal messages, changes, dead letters) are delivered and acknowledged;
2. all table writes of the unit, and with them the input position and the marks of the messages seen, go to the
   changelog as ONE record batch, which the broker takes whole or not at all, and are acknowledged;
3. the same writes go into the partition's state in memory;
4. the input is acked (by the caller, once the whole batch is through).

A crash before 2 leaves the old state: the same records are decided again and send the same messages with the same
marks, which their receivers drop. A crash after 2 leaves the new state, and the records up to its position are skipped.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from worker.reasons import Reason
from worker.runtime.changelog import append_owned
from worker.runtime.dead_letter_limit import LimitState
from worker.runtime.errors import InvalidMessage, ValueTooLarge
from worker.runtime.meter import Meter
from worker.runtime.origin import parse_origin
from worker.runtime.partition_state import PartitionState
from worker.runtime.publisher import Publisher
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit

ValueT = TypeVar("ValueT")

Fence = Callable[[], None]
"""Raises `OwnershipLost` or `Suspended` when this worker may no longer write for the partition."""


class Changelog(Generic[ValueT]):
    """How a table's values are stored: its changelog topic and their decoder."""

    def __init__(self, topic: str, value_type: type[ValueT] | object) -> None:
        self.topic = topic
        self.decoder: msgspec.json.Decoder[ValueT] = msgspec.json.Decoder(value_type)


class Batches(Generic[ValueT]):
    """Processes the batches of one agent.

    `handle(record, unit)` decides one record and puts its effects into the unit; it raises `InvalidMessage` for data
    that can never succeed, before its first effect. `internal` says that records carry an origin, by which repeats are
    dropped; a record without one is new. `limit` is told of each unit before it is written.
    """

    def __init__(
        self,
        handle: Callable[[Record, Unit[ValueT]], None],
        publisher: Publisher,
        dead_letters: Target,
        meter: Meter,
        changelog: Changelog[ValueT] | None = None,
        *,
        internal: bool = False,
        limit: LimitState | None = None,
    ) -> None:
        self._handle = handle
        self._publisher = publisher
        self._dead_letters = dead_letters
        self._meter = meter
        self._changelog = changelog
        self._internal = internal
        self._limit = limit

    async def process(self, records: Sequence[Record], state: PartitionState | None, fence: Fence) -> None:
        """Apply `records`, consecutive ones of one partition, to `state` (None for an agent without a table).

        Raises:
            OwnershipLost: when another worker has the partition by now; what is not written yet is dropped.
            RuntimeFault: on anything that must stop the worker before the ack.
        """
        start = 0
        while start < len(records):
            unit, end = self._decide(records, start, state)
            if self._limit is not None and unit.position >= 0:
                self._limit.observe(records[start:end], unit.dead_offsets)
            await self._write(unit, records[start].partition, state, fence)
            self._meter.skipped += unit.skipped
            self._meter.repeats += unit.repeats
            start = end
        self._meter.records += len(records)

    async def pass_over(self, partition: int, position: int, state: PartitionState | None, fence: Fence) -> None:
        """Let `state` include the offsets up to `position`, of which no record is left to be applied.

        Raises:
            OwnershipLost, RuntimeFault: as `process` does.
        """
        if state is None or position <= state.position:
            return
        unit = self._new_unit(state)
        unit.position = position
        await self._write(unit, partition, state, fence)

    def _decide(self, records: Sequence[Record], start: int, state: PartitionState | None) -> tuple[Unit[ValueT], int]:
        """A unit with the effects of `records[start:end]`, and that end."""
        unit = self._new_unit(state)
        for end in range(start, len(records)):
            record = records[end]
            try:
                self._apply(record, unit, state)
            except ValueTooLarge as problem:
                if end > start:  # what precedes it is a unit of its own; it is met again as the first of the next
                    return self._redo(records[start:end], state), end
                return self._refused(record, state, str(problem)), end + 1
            except Exception as problem:
                problem.add_note(f"while deciding {record.topic}/{record.partition} at offset {record.offset}")
                raise
            if unit.full:
                return unit, end + 1
        return unit, len(records)

    def _redo(self, records: Sequence[Record], state: PartitionState | None) -> Unit[ValueT]:
        unit = self._new_unit(state)
        for record in records:
            self._apply(record, unit, state)
        return unit

    def _new_unit(self, state: PartitionState | None) -> Unit[ValueT]:
        return Unit(state, None if self._changelog is None else self._changelog.decoder)

    def _apply(self, record: Record, unit: Unit[ValueT], state: PartitionState | None) -> None:
        if state is not None and record.offset <= state.position:
            unit.skipped += 1
            return
        unit.begin(record)
        try:
            if state is not None and self._internal and self._repeated(unit, state):
                unit.repeats += 1
                return
            self._handle(record, unit)
        except InvalidMessage as problem:
            unit.dead_letter(self._dead_letters, record, problem.reason, problem.detail)

    def _repeated(self, unit: Unit[ValueT], state: PartitionState) -> bool:
        """Whether the message that has begun was applied before; if not, it is marked as seen."""
        if unit.origin is None:
            return False
        try:
            source, mark = parse_origin(unit.origin)
        except ValueError as problem:
            raise InvalidMessage(Reason.INVALID_MESSAGE, f"header origin: {problem}") from problem
        highest = unit.seen.get(source) or state.seen.get(source)
        if highest is not None and mark <= highest:
            return True
        unit.seen[source] = mark
        return False

    def _refused(self, record: Record, state: PartitionState | None, detail: str) -> Unit[ValueT]:
        """A unit that holds nothing but the dead letter of `record`."""
        unit = self._new_unit(state)
        unit.begin(record)
        if state is not None and self._internal:
            self._repeated(unit, state)
        unit.dead_letter(self._dead_letters, record, Reason.STATE_TOO_LARGE, detail)
        return unit

    async def _write(self, unit: Unit[ValueT], partition: int, state: PartitionState | None, fence: Fence) -> None:
        prepared = unit.prepare()
        if prepared.position < 0:  # every record was skipped
            return
        fence()
        if prepared.outputs:
            await self._publisher.deliver(prepared.outputs)
        if state is not None and self._changelog is not None:
            fence()
            last = await append_owned(self._publisher, self._changelog.topic, partition, prepared.changelog(), state)
            state.applied(prepared.writes, prepared.position, prepared.seen, last)
        self._meter.units += 1
        for reason in unit.dead_letters:
            self._meter.dead_letters[reason] += 1
        for kind in unit.counted:
            self._meter.counted[kind] += 1
