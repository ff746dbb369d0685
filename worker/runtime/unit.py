"""A unit of work: the effects of some consecutive records of one partition, performed together or not at all."""

from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec

from worker.partitioning import partition_of_bytes
from worker.reasons import Reason
from worker.runtime.dead_letter import dead_letter
from worker.runtime.errors import ValueTooLarge
from worker.runtime.origin import NUMBERED, NUMBERS, ORIGIN_HEADER, Mark, pack_mark
from worker.runtime.outgoing import (
    CHANGELOG_BATCH_BYTES,
    NO_HEADERS,
    RECORD_OVERHEAD_BYTES,
    Headers,
    Out,
    out,
)
from worker.runtime.partition_state import POSITION_KEY, SEEN_PREFIX, PartitionState
from worker.runtime.record import Record
from worker.runtime.replayed import REPLAYED_HEADER

ValueT = TypeVar("ValueT")

UNIT_BYTES = 512 * 1024
"""A unit takes no further record once its writes and outputs have this size."""

VALUE_BYTES = 512 * 1024
"""The largest table value; far below what a changelog batch holds, so that one value never fills it."""

RECORD_WRITES_BYTES = CHANGELOG_BATCH_BYTES // 2
"""The most that one record may write to the table; with a full unit before it, it still fits into one batch."""

_SENT_OVERHEAD_BYTES: Final = out(b"", b"", [(ORIGIN_HEADER, b"")]).size
"""What a sent record takes beside its key, value and origin."""

_REPLAYED_OVERHEAD_BYTES: Final = out(b"", b"", [(REPLAYED_HEADER, b"")]).size - out(b"", b"").size
"""What a mark of a replay takes beside its content."""

PLACES_KEPT: Final = 8192
"""Keys whose place in a topic is remembered."""

Place: TypeAlias = tuple[bytes, tuple[str, int]]
"""The bytes of a key, and the topic and partition that its records go to."""

_encode = msgspec.json.Encoder().encode


class Target:
    """A topic to write to; `places` are those of the last keys sent there."""

    __slots__ = ("max_record_bytes", "partitions", "places", "topic")

    def __init__(self, topic: str, partitions: int, max_record_bytes: int) -> None:
        self.topic = topic
        self.partitions = partitions
        self.max_record_bytes = max_record_bytes
        self.places: dict[str, Place] = {}

    def place(self, key: str) -> Place:
        """The place of records with that key, which is remembered."""
        if len(self.places) >= PLACES_KEPT:
            self.places.clear()
        raw = key.encode()
        place = self.places[key] = raw, (self.topic, partition_of_bytes(raw, self.partitions))
        return place


class Prepared(NamedTuple):
    """A unit ready to be written: its outputs, and its table writes with the input position."""

    outputs: dict[tuple[str, int], list[Out]]
    written: list[Out]
    seen: dict[bytes, Mark]
    position: int

    def changelog(self) -> list[Out]:
        """The records of the changelog batch: the position first, then what was seen, then the writes."""
        records = [out(POSITION_KEY, b"%d" % self.position)]
        records += [out(SEEN_PREFIX + source, pack_mark(mark)) for source, mark in self.seen.items()]
        return records + self.written

    @property
    def writes(self) -> dict[bytes, bytes | None]:
        """The table writes by key; None deletes."""
        return {one.key: one.value for one in self.written if one.key is not None}


class Unit(Generic[ValueT]):
    """Reads and writes one partition's state for the decisions of a batch; nothing leaves it before `prepare`.

    `decoder` reads the table's values; a unit without a table has neither.
    """

    def __init__(self, state: PartitionState | None, decoder: msgspec.json.Decoder[ValueT] | None) -> None:
        self._stored = state.values if state is not None else {}
        self._decoder = decoder
        self._values: dict[str, ValueT | None] = {}
        self._writes: dict[bytes, Out] = {}
        self._outputs: dict[tuple[str, int], list[Out]] = {}
        self._source = ""
        self._origin = b""
        self._mark: bytes | None = None
        self._index = 0
        self._written = 0
        self.origin: bytes | None = None
        """Of the record, the content of its header `origin`."""
        self.replayed = False
        """Whether the record is a replayed one, or follows from one (worker/runtime/replayed.py)."""
        self.seen: dict[bytes, Mark] = {}
        self.position = -1
        self.size = 0
        self.skipped = 0
        """Records that the state had included already."""
        self.repeats = 0
        """Messages that had been applied before."""
        self.dead_letters: list[Reason] = []
        self.dead_offsets: set[int] = set()
        """Of the records that became dead letters."""
        self.counted: list[StrEnum] = []
        """What `count` was given."""

    def begin(self, record: Record) -> None:
        """The effects that follow belong to `record`."""
        offset = record.offset
        if not self._source:
            self._source = f"{record.topic}/{record.partition}/"
        self._origin = f"{self._source}{offset}/".encode()
        self._index = 0
        self._written = 0
        self.position = offset
        self.origin = self._mark = None
        self.replayed = False
        for name, content in record.headers:
            if name == ORIGIN_HEADER:
                if self.origin is None:
                    self.origin = content
            elif name == REPLAYED_HEADER and not self.replayed:
                self.replayed, self._mark = True, content

    @property
    def full(self) -> bool:
        """Whether the unit is large enough to be written."""
        return self.size >= UNIT_BYTES

    def get(self, key: str) -> ValueT | None:
        """The value at `key`, this unit's own writes included."""
        values = self._values
        if key in values:
            return values[key]
        raw = self._stored.get(key.encode())
        value = None if raw is None or self._decoder is None else self._decoder.decode(raw)
        values[key] = value
        return value

    def put(self, key: str, value: ValueT) -> None:
        """Write `value` at `key`.

        It is encoded at once: whether a record can be stored must not depend on what other records do to the same key
        in this unit, since after a crash the units may be others.

        Raises:
            ValueTooLarge: when it cannot be stored.
        """
        raw = _encode(value)
        length = len(raw)
        if length > VALUE_BYTES:
            raise ValueTooLarge(f"the value at {key[:200]!r} would take {length} bytes, more than {VALUE_BYTES}")
        self._write(key.encode(), raw, length)
        self._values[key] = value

    def delete(self, key: str) -> None:
        """Remove `key`."""
        self._write(key.encode(), None, 0)
        self._values[key] = None

    def _write(self, key: bytes, raw: bytes | None, length: int) -> None:
        size = RECORD_OVERHEAD_BYTES + len(key) + length
        self._written = written = self._written + size
        if written > RECORD_WRITES_BYTES:
            raise ValueTooLarge(f"the record would write more than {RECORD_WRITES_BYTES} bytes")
        before = self._writes.get(key)
        self.size += size if before is None else size - before.size
        self._writes[key] = Out(key, raw, NO_HEADERS, size)

    def send(self, target: Target, key: str, value: bytes) -> None:
        """Write a record to `target`, on the partition of `key`, marked with where it came from."""
        assert self._origin, "begin() comes first"
        index = self._index
        self._index = index + 1
        origin = self._origin + (NUMBERS[index] if index < NUMBERED else b"%d" % index)
        raw, place = target.places.get(key) or target.place(key)
        headers: Headers = [(ORIGIN_HEADER, origin)]
        size = _SENT_OVERHEAD_BYTES + len(raw) + len(value) + len(origin)
        if self._mark is not None:
            headers.append((REPLAYED_HEADER, self._mark))
            size += _REPLAYED_OVERHEAD_BYTES + len(self._mark)
        self._add(target, place, Out(raw, value, headers, size))

    def dead_letter(self, target: Target, record: Record, reason: Reason, detail: str) -> None:
        """Write the record to its dead-letter topic, as `worker.runtime.dead_letter` has it; it always fits."""
        self.dead_letters.append(reason)
        self.dead_offsets.add(record.offset)
        place = (target.topic, record.partition % target.partitions)
        self._add(target, place, dead_letter(record, reason, detail, target.max_record_bytes))

    def count(self, kind: StrEnum) -> None:
        """Count `kind` in the agent's meter, once the unit is written."""
        self.counted.append(kind)

    def _add(self, target: Target, place: tuple[str, int], record: Out) -> None:
        size = record.size
        if size > target.max_record_bytes:
            raise ValueTooLarge(f"a record of {size} bytes for {target.topic}, which takes {target.max_record_bytes}")
        self.size += size
        records = self._outputs.get(place)
        if records is not None:
            records.append(record)
        else:
            self._outputs[place] = [record]

    def prepare(self) -> Prepared:
        """The unit as it is to be written.

        What was never stored is deleted, too: another writer's batch, which holds fewer of the same records, may have
        put it into the changelog meanwhile.
        """
        return Prepared(self._outputs, list(self._writes.values()), self.seen, self.position)
