"""Reads parts of a topic, from given offsets to given ends, as nobody's consumer group: it leaves no trace."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.runtime.connected import Connected
from worker.runtime.connection import Connection
from worker.runtime.reader import Batch, partition_numbers


class RangeReader(Connected):
    """Reads one topic."""

    def __init__(
        self, connection: Connection, topic: str, *, batch_records: int = 1000, timeout_s: float = 30.0
    ) -> None:
        self._topic = topic
        self._batch_records = batch_records
        consumer = AIOKafkaConsumer(
            **connection.client_options(), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=100
        )
        super().__init__(consumer, topic, timeout_s)
        self._partitions: list[TopicPartition] = []

    async def _prepare(self) -> None:
        numbers = await partition_numbers(self._consumer, self._topic)
        self._partitions = [TopicPartition(self._topic, number) for number in numbers]

    async def bounds(self) -> dict[int, tuple[int, int]]:
        """By partition: the first offset there is, and the one after the last."""
        async with asyncio.timeout(self._timeout_s):
            starts = await self._consumer.beginning_offsets(self._partitions)
            ends = await self._consumer.end_offsets(self._partitions)
        return {one.partition: (starts[one], ends[one]) for one in self._partitions}

    async def at_time(self, unix_ms: int) -> dict[int, int]:
        """By partition: the first offset whose record is of this time or later, the end where there is none."""
        async with asyncio.timeout(self._timeout_s):
            found = await self._consumer.offsets_for_times(dict.fromkeys(self._partitions, unix_ms))
            ends = await self._consumer.end_offsets(self._partitions)
        return {
            one.partition: ends[one] if (place := found.get(one)) is None else place.offset for one in self._partitions
        }

    async def batches(self, positions: Mapping[int, int], ends: Mapping[int, int]) -> AsyncIterator[Batch]:
        """The records from `positions` up to `ends`, in batches; with each, all that came of a partition at once."""
        left = {TopicPartition(self._topic, number): end for number, end in ends.items() if positions[number] < end}
        self._consumer.assign(list(left))
        for one in left:
            self._consumer.seek(one, positions[one.partition])
        while left:
            fetched = await self._consumer.getmany(timeout_ms=200, max_records=self._batch_records)
            batch: dict[int, list[Any]] = {}
            for one, records in fetched.items():
                if one in left and (wanted := [record for record in records if record.offset < left[one]]):
                    batch[one.partition] = wanted
            if batch:
                yield batch
            for one in [one for one, end in left.items() if await self._consumer.position(one) >= end]:
                del left[one]
                self._consumer.pause(one)
