"""Reads parts of a topic, from given offsets to given ends, as nobody's consumer group: it leaves no trace."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from worker.runtime.bounds import Bounds, asked_again, bounds_of
from worker.runtime.connected import Connected
from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable, TopicChanged
from worker.runtime.reader import Batch, partition_numbers


class RangeReader(Connected):
    """Reads one topic."""

    def __init__(
        self, connection: Connection, topic: str, *, batch_records: int = 1000, timeout_s: float = 30.0
    ) -> None:
        self._topic = topic
        self._batch_records = batch_records
        consumer = connection.consumer(enable_auto_commit=False, auto_offset_reset="none", fetch_max_wait_ms=100)
        super().__init__(consumer, topic, timeout_s)
        self._partitions: list[TopicPartition] = []
        self.missing: dict[int, int] = {}
        """By partition: offsets that the topic no longer had when `batches` came to them. Gaps within it are none:
        compaction and transactions leave them."""

    async def _prepare(self) -> None:
        numbers = await partition_numbers(self._consumer, self._topic)
        self._partitions = [TopicPartition(self._topic, number) for number in numbers]

    async def bounds(self) -> Bounds:
        """Where the partitions begin and end now."""
        async with asyncio.timeout(self._timeout_s):
            return await bounds_of(self._consumer, self._partitions)

    async def bounds_beyond(self, ends: Mapping[int, int]) -> Bounds:
        """As `bounds`, of a topic that had reached `ends`.

        Raises:
            TopicChanged: when it ends before them.
        """
        found = await asked_again(self.bounds, lambda told: told.ended_before(ends))
        if short := found.ended_before(ends):
            raise TopicChanged(
                f"{self._topic}/{short[0]} ends at {found.ends.get(short[0], 0)}, but reached {ends[short[0]]} before: "
                "it was deleted and made anew, or the brokers lost records"
            )
        return found

    async def at_time(self, unix_ms: int) -> dict[int, int]:
        """By partition: the first offset whose record is of this time or later, the end where there is none."""
        async with asyncio.timeout(self._timeout_s):
            found = await self._consumer.offsets_for_times(dict.fromkeys(self._partitions, unix_ms))
            ends = await self._consumer.end_offsets(self._partitions)
        return {
            one.partition: ends[one] if (place := found.get(one)) is None else place.offset for one in self._partitions
        }

    async def batches(self, positions: Mapping[int, int], ends: Mapping[int, int]) -> AsyncIterator[Batch]:
        """The records from `positions` up to `ends`, in batches; with each, all that came of a partition at once.

        What was deleted before it was read is passed over and counted in `missing`.

        Raises:
            BrokerUnreachable: when nothing came for `timeout_s` although there is more.
            TopicChanged: when the topic ends before `ends`.
            KafkaError, TimeoutError: when the brokers refuse, or do not say where the topic begins and ends.
        """
        left = {TopicPartition(self._topic, number): end for number, end in ends.items() if positions[number] < end}
        self._consumer.assign(list(left))
        for one in left:
            self._consumer.seek(one, positions[one.partition])
        await self._pass_over_deleted(left)
        clock = asyncio.get_running_loop().time
        places: dict[TopicPartition, int] = {}
        moved = clock()
        while left:
            if batch := await self._fetched(left):
                yield batch
            before, places = places, {one: await self._consumer.position(one) for one in left}
            if places != before:
                moved = clock()
            elif clock() - moved > self._timeout_s:
                raise BrokerUnreachable(f"nothing came of {self._topic} for {self._timeout_s:.0f} s, and it has more")
            for one, place in places.items():
                if place >= left[one]:
                    del left[one]
                    self._consumer.pause(one)

    async def _fetched(self, left: Mapping[TopicPartition, int]) -> Batch:
        try:
            fetched = await self._getmany(0.2, self._batch_records)
        except OffsetOutOfRangeError:
            await self._pass_over_deleted(left)
            return {}
        batch: dict[int, list[Any]] = {}
        for one, records in fetched.items():
            if one in left and (wanted := [record for record in records if record.offset < left[one]]):
                batch[one.partition] = wanted
        return batch

    async def _pass_over_deleted(self, left: Mapping[TopicPartition, int]) -> None:
        starts = (await self.bounds_beyond({one.partition: end for one, end in left.items()})).starts
        for one, end in left.items():
            first = starts[one.partition]
            position = await self._consumer.position(one)
            if position < first:
                self.missing[one.partition] = self.missing.get(one.partition, 0) + min(first, end) - position
                self._consumer.seek(one, first)
