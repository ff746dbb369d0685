"""The records of an in-memory Kafka: topics, partitions, atomic batches, committed offsets."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from aiokafka.errors import MessageSizeTooLargeError, UnknownTopicOrPartitionError
from faust.types import TP

from worker.runtime.fetched import Fetched
from worker.runtime.outgoing import Out

START_MS = 1_700_000_000_000


class _Partition:
    def __init__(self) -> None:
        self.records: list[Fetched] = []
        self.start = 0
        self.end = 0


class MemoryLog:
    """All topics. Its methods take effect at once; clients add the time and the faults of a network."""

    def __init__(self) -> None:
        self._topics: dict[str, list[_Partition]] = {}
        self._limits: dict[str, int] = {}
        self.committed: dict[str, dict[TP, int]] = {}
        """By group: the next offset to be read."""
        self.commits: list[tuple[str, TP, int]] = []
        """Every commit that was accepted, in order."""
        self.on_append: list[Callable[[str, int], None]] = []
        """Called after each append with the topic and the partition."""
        self._appended: asyncio.Event | None = None

    def create(self, topic: str, partitions: int, max_batch_bytes: int = 1_048_588) -> None:
        assert topic not in self._topics, topic
        self._topics[topic] = [_Partition() for _ in range(partitions)]
        self._limits[topic] = max_batch_bytes

    def delete(self, topic: str) -> None:
        """Delete a topic, and as Kafka does what groups committed in it."""
        del self._topics[topic]
        for offsets in self.committed.values():
            for tp in [tp for tp in offsets if tp.topic == topic]:
                del offsets[tp]

    def partitions_of(self, topic: str) -> int:
        return len(self._topics.get(topic, ()))

    def append(self, topic: str, partition: int, records: Sequence[Out], *, compressed: bool = False) -> int:
        """Write one record batch, whole or not at all; the offset of its first record. A compressed one always fits."""
        log = self._at(topic, partition)
        if not compressed and sum(record.size for record in records) > self._limits[topic] + 64 * len(records):
            raise MessageSizeTooLargeError(f"{topic} takes batches of {self._limits[topic]} bytes")
        first = log.end
        now = START_MS + int(asyncio.get_running_loop().time() * 1000)
        for offset, record in enumerate(records, first):
            log.records.append(Fetched(topic, partition, offset, now, record.key, record.value, tuple(record.headers)))
        log.end += len(records)
        if self._appended is not None:
            self._appended.set()
            self._appended = None
        for callback in list(self.on_append):
            callback(topic, partition)
        return first

    def leave_out(self, topic: str, partition: int, offsets: int) -> int:
        """Let the next `offsets` have no record, as an aborted transaction does; the offset behind them."""
        log = self._at(topic, partition)
        log.end += offsets
        return log.end

    async def wait_for_append(self) -> None:
        """Return when something is written anywhere."""
        if self._appended is None:
            self._appended = asyncio.Event()
        await self._appended.wait()

    def read(self, tp: TP, offset: int, limit: int) -> list[Fetched]:
        """Up to `limit` records from `offset` on."""
        records = self._at(tp.topic, tp.partition).records
        low, high = 0, len(records)
        while low < high:
            middle = (low + high) // 2
            if records[middle].offset < offset:
                low = middle + 1
            else:
                high = middle
        return records[low : low + limit]

    def start(self, tp: TP) -> int:
        return self._at(tp.topic, tp.partition).start

    def end(self, tp: TP) -> int:
        return self._at(tp.topic, tp.partition).end

    def commit(self, group: str, offsets: Mapping[TP, int]) -> None:
        self.committed.setdefault(group, {}).update(offsets)
        self.commits.extend((group, tp, offset) for tp, offset in offsets.items())

    def _at(self, topic: str, partition: int) -> _Partition:
        try:
            return self._topics[topic][partition]
        except (KeyError, IndexError):
            raise UnknownTopicOrPartitionError(f"{topic}/{partition}") from None
