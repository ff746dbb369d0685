"""Records as all our consumers make them, of what a fetch has brought. What is worked around is in aiokafka 0.14.0.

Header names may be no UTF-8: Kafka takes any bytes, and some clients write them. aiokafka ends with an error at such a
record, so that one of them would stop every reader of its partition at each start. Here each byte of such a name that
is not ASCII is read as a question mark.

aiokafka makes of each record a frozen dataclass of eleven fields, at a third of what reading it costs.

It gives out what a fetch has brought by the number of records. What is compressed may be hundreds of times larger than
what was fetched: a thousand large events would be hundreds of MB in memory, of each partition, and one batch, which
takes longer than the watchdog waits. Here it is given out by the bytes of its values, too.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final, TypeVar

from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint
from msgspec import Struct

BufferT = TypeVar("BufferT", bytes, bytearray)

_LENGTH: Final = struct.Struct(">i")
_LENGTH_AT: Final = 8
"""In any format of a batch: behind its first offset."""
_OVERHEAD: Final = _LENGTH_AT + _LENGTH.size

GIVEN_BYTES: Final = 1024 * 1024
"""Of a partition's records so many are given out at a time that their values have these bytes: as many as a fetch of
records that are not compressed brings by default."""


class Fetched(Struct, frozen=True, gc=False):
    """A record; see `worker.runtime.record.Record`."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    # Faust wants these for its messages, where nobody reads them.
    timestamp_type: ClassVar[None] = None
    checksum: ClassVar[None] = None
    serialized_key_size: ClassVar[None] = None
    serialized_value_size: ClassVar[None] = None


def fetch_our_way() -> None:
    """From now on, let all consumers of this process make their records so."""
    vars(fetcher).update(MemoryRecords=_Records, PartitionRecords=_Partition, FetchResult=_Result)


class _Partition(fetcher.PartitionRecords):  # type: ignore[misc]  # aiokafka has no types
    def __iter__(self) -> Iterator[Fetched]:
        records: Iterator[Fetched] = self._records_iterator  # without a call of `__next__` in Python for each
        return records

    def _consumer_record(self, tp: TopicPartition, record: Any) -> Fetched:
        return Fetched(
            tp.topic, tp.partition, record.offset, record.timestamp, record.key, record.value, record.headers
        )


class _Result(fetcher.FetchResult):  # type: ignore[misc]  # aiokafka has no types
    _partition_records: _Partition | None

    def getall(self, max_records: int | None = None) -> list[Fetched]:
        """As aiokafka's, but for the limit of bytes."""
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        given: list[Fetched] = []
        size = 0
        for record in self._partition_records or ():
            given.append(record)
            size += len(record.value or b"")
            if size >= GIVEN_BYTES or len(given) == max_records:
                self._update_position()
                break
        else:
            self._update_position()
            self._partition_records = None
        return given


class _Records:
    """What a fetch brought of a partition, in the place of aiokafka's MemoryRecords."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._records = MemoryRecords(raw)
        self._position = 0
        self.has_next = self._records.has_next
        self.size_in_bytes = self._records.size_in_bytes

    def next_batch(self) -> "_Batch":
        begin = self._position
        (length,) = _LENGTH.unpack_from(self._raw, begin + _LENGTH_AT)
        self._position = end = begin + _OVERHEAD + length
        return _Batch(self._records.next_batch(), memoryview(self._raw)[begin:end])


class _Batch:
    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except UnicodeDecodeError:
            yield from _Mended(self._raw)  # from its beginning: aiokafka passes over what it has had


class _Mended(_DefaultRecordBatchPy):  # type: ignore[misc]  # final only for type checkers
    """A batch that is read more slowly."""

    def _read_msg(self, *_: Any) -> Any:
        begin = length = 0

        def noting(buffer: BufferT, position: int) -> tuple[int, int]:
            nonlocal begin, length
            length, begin = decode_varint(buffer, position)
            return length, begin

        while True:
            try:
                return super()._read_msg(noting)
            except UnicodeDecodeError:  # of a name, whose length was the last number that was read
                name = self._buffer[begin : begin + length]
                self._buffer[begin : begin + length] = bytes(byte if byte < 128 else ord("?") for byte in name)
