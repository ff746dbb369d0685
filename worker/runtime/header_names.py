"""Header names that are no UTF-8: Kafka takes any bytes, and some clients write them.

aiokafka ends with an error at such a record, so that one of them would stop every reader of its partition at each
start. Here each byte of such a name that is not ASCII is read as a question mark. What is worked around is in
aiokafka 0.14.0.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint

BufferT = TypeVar("BufferT", bytes, bytearray)

_LENGTH: Final = struct.Struct(">i")
_LENGTH_AT: Final = 8
"""In any format of a batch: behind its first offset."""
_OVERHEAD: Final = _LENGTH_AT + _LENGTH.size


def read_any_header_name() -> None:
    """From now on, let all consumers of this process read records whatever the names of their headers are."""
    vars(fetcher)["MemoryRecords"] = _Records


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
        read = 0
        try:
            for record in self._batch:
                read += 1
                yield record
        except UnicodeDecodeError:
            yield from islice(_Mended(self._raw), read, None)


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
