"""Records with header names that are no UTF-8, as clients write them whose names are any bytes."""

from collections.abc import Iterable

from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

BATCH_BYTES = 1_000_000


class Name(str):
    """The name of a header, with the bytes it is written as."""

    encoded: bytes

    def __new__(cls, encoded: bytes) -> "Name":
        name = super().__new__(cls, repr(encoded))
        name.encoded = encoded
        return name

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.encoded


def builder(compression_type: int = 0) -> _DefaultRecordBatchBuilderPy:
    """Makes a batch of records; a header's name may be a `Name`."""
    return _DefaultRecordBatchBuilderPy(2, compression_type, 0, -1, -1, 0, BATCH_BYTES)


def batch(values: Iterable[tuple[bytes, list[tuple[str, bytes | None]]]], compression_type: int = 0) -> bytes:
    """A batch of records of these values and headers, at offsets from 0 on."""
    made = builder(compression_type)
    for offset, (value, headers) in enumerate(values):
        made.append(offset, 1_700_000_000_000 + offset, b"key", value, headers)
    return bytes(made.build())
