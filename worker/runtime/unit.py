"""A unit of work: the effects of some consecutive records of one partition, performed together or not at all."""

from typing import Final, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from worker.partitioning import partition_of_bytes
from worker.reasons import Reason
from worker.runtime.dead_letter import dead_letter
from worker.runtime.errors import ValueTooLarge
from worker.runtime.origin import ORIGIN_HEADER, Mark, number, origin_prefix, pack_mark
from worker.runtime.outgoing import (
    CHANGELOG_BATCH_BYTES,
    NO_HEADERS,
    RECORD_OVERHEAD_BYTES,
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

_encode = msgspec.json.Encoder().encode


class Target(Struct, frozen=True):
    """A topic to write to."""

    topic: str
    partitions: int
    max_record_bytes: int


class Prepared(NamedTuple):
    """A unit ready to be written: its outputs, and its table writes with the input position."""

    outputs: dict[tuple[str, int], list[Out]]
    writes: dict[bytes, bytes | None]
    seen: dict[bytes, Mark]
    position: int

    def changelog(self) -> list[Out]:
        """The records of the changelog batch: the position first, then what was seen, then the writes."""
        records = [out(POSITION_KEY, b"%d" % self.position)]
        records += [out(SEEN_PREFIX + source, pack_mark(mark)) for source, mark in self.seen.items()]
        records += [
            Out(key, raw, NO_HEADERS, len(key) + RECORD_OVERHEAD_BYTES + (0 if raw is None else len(raw)))
            for key, raw in self.writes.items()
        ]
        return records


class Unit(Generic[ValueT]):
    """Reads and writes one partition's state for the decisions of a batch; nothing leaves it before `prepare`.

    `decoder` reads the table's values; a unit without a table has neither.
    """

    def __init__(self, state: PartitionState | None, decoder: msgspec.json.Decoder[ValueT] | None) -> None:
        self._stored = state.values if state is not None else {}
        self._decoder = decoder
        self._values: dict[str, ValueT | None] = {}
        self._writes: dict[bytes, bytes | None] = {}
        self._outputs: dict[tuple[str, int], list[Out]] = {}
        self._origin = b""
        self._mark: bytes | None = None
        self._deletes = False
        self._index = 0
        self._written = 0
        self.origin: bytes | None = None
        """Of the record, the content of its header `origin`."""
        self.seen: dict[bytes, Mark] = {}
        self.position = -1
        self.size = 0
        self.dead_letters: list[Reason] = []
        self.dead_offsets: set[int] = set()
        """Of the records that became dead letters."""

    def begin(self, record: Record) -> None:
        """The effects that follow belong to `record`."""
        offset = record.offset
        self._origin = origin_prefix(record.topic, record.partition, offset)
        self._index = 0
        self._written = 0
        self.position = offset
        self.origin = self._mark = None
        for name, content in record.headers:
            if name == ORIGIN_HEADER:
                if self.origin is None:
                    self.origin = content
            elif name == REPLAYED_HEADER and self._mark is None:
                self._mark = content

    @property
    def replayed(self) -> bool:
        """Whether the record is a replayed one, or follows from one (worker/runtime/replayed.py)."""
        return self._mark is not None

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
        if len(raw) > VALUE_BYTES:
            raise ValueTooLarge(f"the value at {key[:200]!r} would take {len(raw)} bytes, more than {VALUE_BYTES}")
        self._write(key.encode(), raw)
        self._values[key] = value

    def delete(self, key: str) -> None:
        """Remove `key`."""
        self._deletes = True
        self._write(key.encode(), None)
        self._values[key] = None

    def _write(self, key: bytes, raw: bytes | None) -> None:
        size = _write_bytes(key, raw)
        self._written += size
        if self._written > RECORD_WRITES_BYTES:
            raise ValueTooLarge(f"the record would write more than {RECORD_WRITES_BYTES} bytes")
        writes = self._writes
        if key in writes:
            size -= _write_bytes(key, writes[key])
        self.size += size
        writes[key] = raw

    def send(self, target: Target, key: str, value: bytes) -> None:
        """Write a record to `target`, on the partition of `key`, marked with where it came from."""
        assert self._origin, "begin() comes first"
        origin = self._origin + number(self._index)
        self._index += 1
        raw = key.encode()
        if self._mark is None:
            size = _SENT_OVERHEAD_BYTES + len(raw) + len(value) + len(origin)
            sent = Out(raw, value, [(ORIGIN_HEADER, origin)], size)
        else:
            sent = out(raw, value, [(ORIGIN_HEADER, origin), (REPLAYED_HEADER, self._mark)])
        self._add(target, partition_of_bytes(raw, target.partitions), sent)

    def dead_letter(self, target: Target, record: Record, reason: Reason, detail: str) -> None:
        """Write the unchanged record to its dead-letter topic, with headers that say why and whence."""
        self.dead_letters.append(reason)
        self.dead_offsets.add(record.offset)
        self._add(target, record.partition % target.partitions, dead_letter(record, reason, detail))

    def _add(self, target: Target, partition: int, record: Out) -> None:
        size = record.size
        if size > target.max_record_bytes:
            raise ValueTooLarge(f"a record of {size} bytes for {target.topic}, which takes {target.max_record_bytes}")
        self.size += size
        place = (target.topic, partition)
        records = self._outputs.get(place)
        if records is None:
            self._outputs[place] = [record]
        else:
            records.append(record)

    def prepare(self) -> Prepared:
        """The unit as it is to be written."""
        writes = self._writes
        if self._deletes:
            stored = self._stored
            writes = {key: raw for key, raw in writes.items() if raw is not None or key in stored}
        return Prepared(self._outputs, writes, self.seen, self.position)


def _write_bytes(key: bytes, raw: bytes | None) -> int:
    """An upper bound of what a write takes in a changelog batch."""
    return len(key) + RECORD_OVERHEAD_BYTES + (0 if raw is None else len(raw))
