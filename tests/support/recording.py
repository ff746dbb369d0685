"""A publisher that remembers what it was given, and plain records to feed `Batches` with."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from worker.runtime.errors import DeliveryFailed
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Outputs


def contents(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, bytes]:
    """The headers of a record that a worker wrote, which has no null in any."""
    return {name: content for name, content in headers if content is not None}


class PlainRecord(Struct, frozen=True):
    """A record of an input partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp: int = 1_700_000_000_000


class RecordingPublisher:
    """Takes everything; the changelog of each partition is a list of batches. `fail_at`: the call (from 0) that fails,
    taking effect first when `after`."""

    def __init__(self, fail_at: int | None = None, *, after: bool = False) -> None:
        self.calls: list[str] = []
        self.delivered: list[tuple[str, int, Out]] = []
        self.changelog: dict[tuple[str, int], list[list[Out]]] = {}
        self._fail_at = fail_at
        self._after = after

    def _fails(self, name: str) -> bool:
        self.calls.append(name)
        return self._fail_at is not None and len(self.calls) > self._fail_at

    async def deliver(self, outputs: Outputs) -> None:
        fails = self._fails("deliver")
        if not fails or self._after:
            self.delivered += [(*place, record) for place, records in outputs.items() for record in records]
        if fails:
            raise DeliveryFailed("as planned")

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        fails = self._fails("append")
        batches = self.changelog.setdefault((topic, partition), [])
        first = sum(map(len, batches))
        if not fails or self._after:
            batches.append(list(records))
        if fails:
            raise DeliveryFailed("as planned")
        return first

    def changelog_records(self, topic: str, partition: int) -> list[PlainRecord]:
        """The changelog as a recovery reads it."""
        flat = [record for batch in self.changelog.get((topic, partition), []) for record in batch]
        return [PlainRecord(topic, partition, offset, record.key, record.value) for offset, record in enumerate(flat)]
