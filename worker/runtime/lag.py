"""How far the consumer groups are behind: what waits in each topic."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
from aiokafka.structs import OffsetAndMetadata
from msgspec import Struct

from worker.runtime.connected import Entered
from worker.runtime.connection import Connection
from worker.runtime.reader import partition_numbers
from worker.runtime.stopping import stop_consumer


class TopicLag(Struct, frozen=True):
    """What waits in a topic for a reader: `end` is the sum of the partitions' ends, `lag` the records not yet done."""

    topic: str
    reader: str
    end: int
    lag: int


class Depth(NamedTuple):
    """Of a topic, by partition: the offset after the last record, and the next one that a group has to read.

    What retention has removed is done with.
    """

    ends: Mapping[int, int]
    done: Mapping[int, int]


class LagReader(Entered):
    """Asks the brokers for ends and committed offsets."""

    def __init__(self, connection: Connection, timeout_s: float = 15.0) -> None:
        super().__init__(timeout_s)
        self._admin = AIOKafkaAdminClient(**connection.client_options())
        self._consumer = connection.consumer()

    async def _start(self) -> None:
        await self._admin.start()
        await self._consumer.start()

    async def _stop(self) -> None:
        await stop_consumer(self._consumer)
        await self._admin.close()

    async def ends(self, topic: str) -> dict[int, int]:
        """The offset after the last record of each partition.

        Raises:
            KafkaError: when there is no such topic.
        """
        return (await self._ends([topic]))[topic]

    async def group(self, group: str, topics: Sequence[str]) -> list[TopicLag]:
        """The lag of a consumer group in `topics`."""
        return [lag_of(topic, group, *depth) for topic, depth in (await self.depths(group, topics)).items()]

    async def depths(self, group: str, topics: Sequence[str]) -> dict[str, Depth]:
        """The ends of `topics`, and what a consumer group has to read next; in three requests."""
        async with asyncio.timeout(self._timeout_s):
            committed = await self._committed(group)
        found = await self._ends(topics)
        places = [TopicPartition(topic, number) for topic, ends in found.items() for number in ends]
        async with asyncio.timeout(self._timeout_s):
            starts = await self._consumer.beginning_offsets(places)

        def next_offset(topic: str, number: int) -> int:
            place = TopicPartition(topic, number)
            entry = committed.get(place)
            return max(int(starts[place]), 0 if entry is None else entry.offset)

        return {
            topic: Depth(ends, {number: next_offset(topic, number) for number in ends}) for topic, ends in found.items()
        }

    async def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The next offset that a consumer group will read, by topic and partition, where it has committed any."""
        async with asyncio.timeout(self._timeout_s):
            found = await self._committed(group)
        return {(one.topic, one.partition): entry.offset for one, entry in found.items() if entry.offset >= 0}

    async def members(self, group: str) -> int:
        """How many members a consumer group has."""
        try:
            async with asyncio.timeout(self._timeout_s):
                (answer,) = await self._admin.describe_consumer_groups([group])
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError):
            return 0
        return sum(len(found["members"]) for found in answer.to_object()["groups"])

    async def _ends(self, topics: Sequence[str]) -> dict[str, dict[int, int]]:
        async with asyncio.timeout(self._timeout_s):
            places = [
                TopicPartition(topic, number)
                for topic in topics
                for number in await partition_numbers(self._consumer, topic)
            ]
            found = await self._consumer.end_offsets(places)
        ends: dict[str, dict[int, int]] = {topic: {} for topic in topics}
        for place, offset in found.items():
            ends[place.topic][place.partition] = offset
        return ends

    async def _committed(self, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
        """What the group has committed: nothing while the cluster has no coordinator, as before its first group."""
        try:
            found: Mapping[TopicPartition, OffsetAndMetadata] = await self._admin.list_consumer_group_offsets(group)
        except (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError):
            return {}
        return found


def lag_of(topic: str, reader: str, ends: Mapping[int, int], done: Mapping[int, int]) -> TopicLag:
    """The lag of a reader that is done up to `done` (next offset by partition, 0 where missing)."""
    return TopicLag(
        topic, reader, sum(ends.values()), sum(max(0, end - done.get(number, 0)) for number, end in ends.items())
    )
