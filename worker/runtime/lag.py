"""How far the consumer groups are behind: what waits in each topic."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.commit import OffsetFetchRequest
from msgspec import Struct

from worker.runtime.connected import Entered
from worker.runtime.connection import Connection
from worker.runtime.patience import patiently
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
    """Asks the brokers for ends and committed offsets.

    While a group's coordinator is away, or another broker is only becoming it, its group is asked about again: no
    answer of another broker stands for a group that has done nothing.
    """

    def __init__(self, connection: Connection, timeout_s: float = 15.0) -> None:
        super().__init__(timeout_s)
        self._admin = AIOKafkaAdminClient(**connection.client_options(), request_timeout_ms=int(timeout_s * 1000))
        self._consumer = connection.consumer()

    async def _start(self) -> None:
        await self._admin.start()
        await self._consumer.start()

    async def _stop(self) -> None:
        try:
            await stop_consumer(self._consumer)
        finally:
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
        committed = await self.committed(group)
        found = await self._ends(topics)
        places = [TopicPartition(topic, number) for topic, ends in found.items() for number in ends]
        async with asyncio.timeout(self._timeout_s):
            starts = await self._consumer.beginning_offsets(places)

        def next_offset(topic: str, number: int) -> int:
            return max(int(starts[TopicPartition(topic, number)]), committed.get((topic, number), 0))

        return {
            topic: Depth(ends, {number: next_offset(topic, number) for number in ends}) for topic, ends in found.items()
        }

    async def committed(self, group: str) -> dict[tuple[str, int], int]:
        """The next offset that a consumer group will read, by topic and partition, where it has committed any."""
        return await patiently(lambda: self._committed(group), self._timeout_s)

    async def members(self, group: str) -> int:
        """How many members a consumer group has."""
        return await patiently(lambda: self._members(group), self._timeout_s)

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

    async def _committed(self, group: str) -> dict[tuple[str, int], int]:
        coordinator = await self._admin.find_coordinator(group)
        # Not list_consumer_group_offsets(): it looks past the error that stands for the whole answer.
        answer = await self._admin._send_request(OffsetFetchRequest(group, None), coordinator)  # noqa: SLF001
        entries = [(topic, *entry) for topic, of_topic in answer.topics for entry in of_topic]
        _raise_for(group, [answer.error_code, *(code for _, _, _, _, code in entries)])
        return {(topic, number): offset for topic, number, offset, _, _ in entries if offset >= 0}

    async def _members(self, group: str) -> int:
        (answer,) = await self._admin.describe_consumer_groups([group])
        found = answer.to_object()["groups"]
        _raise_for(group, [each["error_code"] for each in found])
        return sum(len(each["members"]) for each in found)


def _raise_for(group: str, codes: Sequence[int]) -> None:
    """Raises KafkaError for the first code that is an error."""
    for code in codes:
        if code:
            raise for_code(code)(f"group {group}")


def lag_of(topic: str, reader: str, ends: Mapping[int, int], done: Mapping[int, int]) -> TopicLag:
    """The lag of a reader that is done up to `done` (next offset by partition, 0 where missing)."""
    return TopicLag(
        topic, reader, sum(ends.values()), sum(max(0, end - done.get(number, 0)) for number, end in ends.items())
    )
