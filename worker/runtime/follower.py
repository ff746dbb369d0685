"""Reads several topics from where they end: what comes after a moment, and not what was before."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition

from worker.runtime.connected import Connected
from worker.runtime.connection import Connection
from worker.runtime.reader import partition_numbers


class Follower(Connected):
    """Follows `topics` from their ends, those at the time of entering."""

    def __init__(self, connection: Connection, topics: Sequence[str], timeout_s: float = 30.0) -> None:
        self._topics = topics
        consumer = connection.consumer(
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )
        super().__init__(consumer, ", ".join(topics), timeout_s)
        self._partitions: list[TopicPartition] = []

    async def _prepare(self) -> None:
        for topic in self._topics:
            numbers = await partition_numbers(self._consumer, topic)
            self._partitions += [TopicPartition(topic, number) for number in numbers]
        self._consumer.assign(self._partitions)
        for partition, end in (await self._consumer.end_offsets(self._partitions)).items():
            self._consumer.seek(partition, end)

    async def new(self) -> list[Any]:
        """All records that were there at the time of the call and were not returned before, in partition order."""
        async with asyncio.timeout(self._timeout_s):
            ends = await self._consumer.end_offsets(self._partitions)
            records: list[Any] = []
            while any([await self._consumer.position(one) < end for one, end in ends.items()]):
                for batch in (await self._consumer.getmany(timeout_ms=100)).values():
                    records += batch
            return records
