"""Reads several topics from where they end: what comes after a moment, and not what was before."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable
from worker.runtime.reader import partition_numbers


class Follower:
    """Follows `topics` from their ends, those at the time of entering."""

    def __init__(self, connection: Connection, topics: Sequence[str], timeout_s: float = 30.0) -> None:
        self._topics = topics
        self._timeout_s = timeout_s
        self._consumer = AIOKafkaConsumer(
            **connection.client_options(), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
        )
        self._partitions: list[TopicPartition] = []

    async def __aenter__(self) -> Self:
        """Connect. Raises BrokerUnreachable when no broker answers in time, or a topic does not exist."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._consumer.start()
                for topic in self._topics:
                    numbers = await partition_numbers(self._consumer, topic)
                    self._partitions += [TopicPartition(topic, number) for number in numbers]
                self._consumer.assign(self._partitions)
                for partition, end in (await self._consumer.end_offsets(self._partitions)).items():
                    self._consumer.seek(partition, end)
        except (KafkaError, TimeoutError) as problem:
            await self._consumer.stop()
            raise BrokerUnreachable(f"cannot read {', '.join(self._topics)}: {problem!r}") from problem
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with asyncio.timeout(self._timeout_s):
            await self._consumer.stop()

    async def new(self) -> list[Any]:
        """All records that were there at the time of the call and were not returned before, in partition order."""
        async with asyncio.timeout(self._timeout_s):
            ends = await self._consumer.end_offsets(self._partitions)
            records: list[Any] = []
            while any([await self._consumer.position(one) < end for one, end in ends.items()]):
                for batch in (await self._consumer.getmany(timeout_ms=100)).values():
                    records += batch
            return records
