"""The shape of a record as it comes from Kafka, whichever transport brought it."""

from collections.abc import Sequence
from typing import Protocol


class Record(Protocol):
    """One record as fetched. `timestamp` is unix milliseconds; aiokafka's records have this shape."""

    @property
    def topic(self) -> str:
        """Name of the topic it was read from."""
        ...

    @property
    def partition(self) -> int:
        """Partition it was read from."""
        ...

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Unix milliseconds, as the broker keeps them."""
        ...

    @property
    def key(self) -> bytes | None:
        """The key's bytes."""
        ...

    @property
    def value(self) -> bytes | None:
        """The value's bytes; None is a deletion."""
        ...

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        """Header names and values; a value may be null."""
        ...
