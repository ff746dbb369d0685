"""A unit of work: the effects of some consecutive records of one partition, performed together or not at all."""

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec

from worker import __version__
from worker.partitioning import partition_of_bytes
from worker.reasons import Reason
from worker.runtime.errors import ValueTooLarge
from worker.runtime.origin import ORIGIN_HEADER, Mark, pack_mark, write_origin
from worker.runtime.partition_state import POSITION_KEY, SEEN_PREFIX, PartitionState
from worker.runtime.publisher import CHANGELOG_BATCH_BYTES, Headers, Out, out
from worker.runtime.record import Record

ValueT = TypeVar("ValueT")

UNIT_BYTES = 512 * 1024
"""A unit takes no further record once its writes and outputs are estimated at this size."""

VALUE_BYTES = 512 * 1024
"""The largest table value; far below what a changelog batch holds, so that one value never fills it."""


class Target(NamedTuple):
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
        records += [out(key, value) for key, value in self.writes.items()]
        return records


class Unit(Generic[ValueT]):
    """Reads and writes one partition's state for the decisions of a batch; nothing leaves it before `prepare`.

    `decoder` reads the table's values; a unit without a table has neither.
    """

    def __init__(self, state: PartitionState | None, decoder: msgspec.json.Decoder[ValueT] | None) -> None:
        self._stored = state.values if state is not None else {}
        self._decoder = decoder
        self._values: dict[str, ValueT | None] = {}
        self._dirty: dict[str, None] = {}
        self._outputs: dict[tuple[str, int], list[Out]] = {}
        self._record: Record | None = None
        self._index = 0
        self._origin_source = ""
        self.seen: dict[bytes, Mark] = {}
        self.position = -1
        self.size = 0
        self.dead_letters: list[Reason] = []

    def begin(self, record: Record) -> None:
        """The effects that follow belong to `record`."""
        self._record = record
        self._index = 0
        self.position = record.offset

    @property
    def full(self) -> bool:
        """Whether the unit is large enough to be written."""
        return self.size >= UNIT_BYTES

    def get(self, key: str) -> ValueT | None:
        """The value at `key`, this unit's own writes included."""
        try:
            return self._values[key]
        except KeyError:
            raw = self._stored.get(key.encode())
            value = None if raw is None or self._decoder is None else self._decoder.decode(raw)
            self._values[key] = value
            return value

    def put(self, key: str, value: ValueT) -> None:
        """Write `value` at `key`."""
        self._touch(key)
        self._values[key] = value

    def delete(self, key: str) -> None:
        """Remove `key`."""
        self._touch(key)
        self._values[key] = None

    def _touch(self, key: str) -> None:
        record = self._record
        if key not in self._dirty:
            self._dirty[key] = None
            self.size += len(self._stored.get(key.encode(), b""))
        self.size += len(record.value or b"") if record is not None else 0

    def send(self, target: Target, key: str, value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Write a record to `target`, on the partition of `key`, marked with where it came from."""
        record = self._record
        assert record is not None, "begin() comes first"
        origin = write_origin(record.topic, record.partition, record.offset, self._index)
        self._index += 1
        raw = key.encode()
        self._add(
            target, partition_of_bytes(raw, target.partitions), out(raw, value, [(ORIGIN_HEADER, origin), *headers])
        )

    def dead_letter(self, target: Target, record: Record, reason: Reason, detail: str) -> None:
        """Write the unchanged record to its dead-letter topic, with headers that say why and whence."""
        headers: Headers = [
            *record.headers,
            ("reason", reason.value.encode()),
            ("detail", detail.encode("utf-8", "replace")[:2000]),
            ("dead_letter_origin", f"{record.topic}/{record.partition}/{record.offset}".encode()),
            ("first_seen", b"%d" % record.timestamp),
            ("worker_version", __version__.encode()),
        ]
        self.dead_letters.append(reason)
        self._add(target, record.partition % target.partitions, out(record.key, record.value, headers))

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
        """Encode what was written.

        Raises:
            ValueTooLarge: when a value, or all of them together, would not fit.
        """
        writes: dict[bytes, bytes | None] = {}
        total = 0
        encode = msgspec.json.encode
        for key in self._dirty:
            value = self._values[key]
            raw_key = key.encode()
            if value is None:
                if raw_key in self._stored:
                    writes[raw_key] = None
                continue
            raw = encode(value)
            if len(raw) > VALUE_BYTES:
                raise ValueTooLarge(f"the value at {key[:200]!r} would take {len(raw)} bytes, more than {VALUE_BYTES}")
            writes[raw_key] = raw
            total += len(raw_key) + len(raw) + 64
        if total > CHANGELOG_BATCH_BYTES // 2:
            raise ValueTooLarge(f"{len(writes)} values of {total} bytes in all")
        return Prepared(self._outputs, writes, self.seen, self.position)
