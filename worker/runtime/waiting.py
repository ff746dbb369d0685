"""What waits of a partition behind the batch that is under way."""

from typing import Any

WAITING_BYTES = 1024 * 1024
"""A partition of which so much waits is not read on for now."""


class Waiting:
    """What was fetched of a partition while a batch of it is under way."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.size = 0

    def much(self, records: int) -> bool:
        """Whether it is enough for a batch of so many records, so that the partition need not be read on for now."""
        return len(self.records) >= records or self.size >= WAITING_BYTES

    def add(self, records: list[Any]) -> None:
        """Add what was fetched next."""
        self.records += records
        self.size += sum([len(record.value or b"") for record in records])

    def take(self, most: int) -> list[Any]:
        """The next batch, of at most `most` records."""
        if len(self.records) <= most:
            batch, self.records, self.size = self.records, [], 0
            return batch
        batch, self.records = self.records[:most], self.records[most:]
        self.size -= sum([len(record.value or b"") for record in batch])
        return batch
