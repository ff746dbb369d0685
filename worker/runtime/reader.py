"""The door through which the view, and a relay that prints, read from Kafka; group_reader.py has that of delivery."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.runtime.bounds import Bounds, asked_again, bounds_of
from worker.runtime.connected import Connected
from worker.runtime.connection import Connection

Batch = Mapping[int, list[Any]]
"""Records by partition, each partition's in order."""


async def partition_numbers(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    """The partitions of `topic`, which need not be one that the consumer knows already.

    Raises:
        KafkaError: when there is no such topic.
    """
    # aiokafka has no public way to ask for the metadata of one topic.
    client = consumer._client  # noqa: SLF001
    await client._wait_on_metadata(topic)  # noqa: SLF001
    while True:
        numbers = client.cluster.partitions_for_topic(topic) or set()
        leaders = client.cluster.available_partitions_for_topic(topic) or set()
        if numbers and numbers == leaders and numbers == set(range(len(numbers))):
            return sorted(numbers)
        await asyncio.sleep(0.1)  # the caller has a time limit
        await client.force_metadata_update()


class TopicReader(Connected):
    """Reads one topic: as a member of a group whose offsets are kept in Kafka, or all of it from given positions.

    With a group, `commit` moves its offsets. Without one, all partitions are read from `positions` (next offset by
    partition; the beginning where none is given) and the caller keeps them.
    """

    def __init__(
        self,
        connection: Connection,
        topic: str,
        *,
        group: str | None = None,
        positions: Mapping[int, int] | None = None,
        batch_records: int = 2000,
        timeout_s: float = 30.0,
    ) -> None:
        self._topic = topic
        self._positions = positions
        self._batch_records = batch_records
        self._bounds = Bounds({}, {})
        """When the reading began; without a group."""
        consumer = connection.consumer(
            *([topic] if group is not None else []),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            metadata_max_age_ms=30_000,
        )
        super().__init__(consumer, topic, timeout_s)

    async def _prepare(self) -> None:
        if self._positions is not None:
            await self._assign(self._positions)

    async def _assign(self, positions: Mapping[int, int]) -> None:
        numbers = await partition_numbers(self._consumer, self._topic)
        partitions = [TopicPartition(self._topic, number) for number in numbers]
        self._consumer.assign(partitions)
        for partition in partitions:
            if partition.partition in positions:
                self._consumer.seek(partition, positions[partition.partition])
        self._bounds = await asked_again(
            lambda: bounds_of(self._consumer, partitions), lambda found: found.ended_before(positions)
        )

    async def batches(self, stop: asyncio.Event) -> AsyncIterator[Batch]:
        """Batches as they come, until `stop` is set. Raises what `_getmany` does."""
        while not stop.is_set():
            fetched = await self._getmany(0.2, self._batch_records)
            if fetched:
                yield {partition.partition: records for partition, records in fetched.items()}

    @property
    def starts(self) -> Mapping[int, int]:
        """The first offset of each partition when the reading began. Only for a reader without a group."""
        return self._bounds.starts

    def ended_before(self, positions: Mapping[int, int]) -> list[int]:
        """The partitions that ended before their position when the reading began: the topic was made anew.

        Only for a reader without a group.
        """
        return self._bounds.ended_before(positions)

    def lag(self, next_offsets: Mapping[int, int]) -> int:
        """Records from `next_offsets` on (by partition; else from the beginning), as far as the brokers have told.

        Only for a reader without a group.
        """
        waiting = 0
        for number, end in self._bounds.ends.items():
            told = self._consumer.highwater(TopicPartition(self._topic, number)) or end
            waiting += max(0, told - next_offsets.get(number, self._bounds.starts[number]))
        return waiting

    async def commit(self, next_offsets: Mapping[int, int]) -> None:
        """Keep `next_offsets` (by partition) as the group's."""
        async with asyncio.timeout(self._timeout_s):
            await self._consumer.commit(
                {TopicPartition(self._topic, number): offset for number, offset in next_offsets.items()}
            )
