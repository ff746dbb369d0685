"""The door through which a role shares a topic with others of its group, and works on each partition by itself."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from worker.runtime.bounds import asked_again, warn_missing
from worker.runtime.commits import commit, generation_of
from worker.runtime.connected import Connected
from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable
from worker.runtime.shared_commits import SharedCommits
from worker.runtime.tuning import Tuning


class Shares(Protocol):
    """Hears which partitions are ours. An error of its methods is lost: they must see to theirs by themselves."""

    async def assigned(self, numbers: Collection[int]) -> None:
        """These partitions are ours from now on, from their committed offsets."""
        ...

    async def revoked(self, numbers: Collection[int]) -> None:
        """These are ours no longer once this returns; until then offsets can be committed."""
        ...


class GroupReader(Connected, ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads one topic as a member of `group`, whose offsets are kept in Kafka and committed one partition at a time."""

    def __init__(self, connection: Connection, topic: str, group: str, tuning: Tuning, shares: Shares) -> None:
        self._topic = topic
        self._shares = shares
        consumer = connection.consumer(
            group_id=group,
            **tuning.member_options(),
        )
        super().__init__(consumer, topic, tuning.delivery_timeout_s)
        self._commits = SharedCommits(self._commit)
        self._generation = -1
        """In which what is read is ours."""
        self._next: dict[TopicPartition, int] = {}
        """What is to be read next, where it is known: what is before that is done, or was handed out."""

    async def _prepare(self) -> None:
        self._consumer.subscribe([self._topic], listener=self)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """See `Shares.assigned`."""
        self._generation = generation_of(self._consumer)
        await self._shares.assigned([partition.partition for partition in assigned])
        await self._expect_committed(assigned)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """See `Shares.revoked`."""
        await self._shares.revoked([partition.partition for partition in revoked])
        self._next.clear()

    async def _expect_committed(self, assigned: Collection[TopicPartition]) -> None:
        """Expect to read on where the group is, unless something behind that was read meanwhile."""
        coordinator = self._consumer._coordinator  # noqa: SLF001  the public way is for one
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                found = await coordinator.fetch_committed_offsets(list(assigned))
            for partition, committed in found.items():
                if committed.offset > 0:
                    self._next[partition] = max(committed.offset, self._next.get(partition, 0))

    async def fetch(self, resting: Collection[int], timeout_s: float) -> Mapping[int, list[Any]]:
        """Records by partition, each partition's in order; none of the `resting` partitions, which are not read on.

        Use them before the next await: after that the partitions may be somebody else's. It waits for as long as a
        rebalance takes, whatever `timeout_s` is.

        Raises:
            KafkaError: when the topic may not be read.
            RuntimeFault: when nothing fetches any more.
        """
        assigned = self._consumer.assignment()
        rest = {partition for partition in assigned if partition.partition in resting}
        paused = self._consumer.paused() & assigned
        self._consumer.pause(*(rest - paused))
        self._consumer.resume(*(paused - rest))
        fetched = await self._getmany(timeout_s)
        if any(records[0].offset < self._next.get(partition, 0) for partition, records in fetched.items()):
            await self._take_back(fetched)
            return {}
        for partition, records in fetched.items():
            self._go_on(partition, records)
        return {partition.partition: records for partition, records in fetched.items()}

    async def _take_back(self, fetched: Mapping[TopicPartition, list[Any]]) -> None:
        """Read again what was `fetched`, but nothing that was read already, unless its topic was made anew.

        aiokafka begins a partition anew where a broker does not have the offset that it is asked for. One that was
        paused, and does not know yet that it leads no longer, has not what came since: the rest would be read twice.
        """
        done = {}
        for partition in fetched.keys() & self._consumer.assignment():
            first, expected = fetched[partition][0].offset, self._next.get(partition, 0)
            self._consumer.seek(partition, max(first, expected))
            if first < expected:
                done[partition] = expected
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                ends = await asked_again(
                    lambda: self._consumer.end_offsets(list(done)),
                    lambda told: any(told[partition] < offset for partition, offset in done.items()),
                )
            for partition, offset in done.items():
                if ends[partition] < offset:
                    self._next.pop(partition, None)

    def _go_on(self, partition: TopicPartition, records: Sequence[Any]) -> None:
        """Say what retention removed before it was read: aiokafka goes on at what is left without a word."""
        first, expected = records[0].offset, self._next.get(partition)
        self._next[partition] = records[-1].offset + 1
        if expected is not None and first > expected + 1:  # one offset is the marker of a transaction
            warn_missing(partition.topic, partition.partition, expected, first)

    async def commit(self, number: int, next_offset: int) -> None:
        """Keep `next_offset` as the group's in partition `number`.

        Raises:
            OwnershipLost: when the partition is not ours any more.
            BrokerUnreachable: when no broker took it in time.
        """
        await self._commits.commit(self._generation, number, next_offset)

    async def _commit(self, generation: int, offsets: Mapping[int, int]) -> None:
        places = {TopicPartition(self._topic, number): offset for number, offset in offsets.items()}
        try:
            await commit(self._consumer, generation, places, self._timeout_s)
        except (KafkaError, TimeoutError) as problem:
            raise BrokerUnreachable(f"{self._topic} {dict(offsets)} not committed: {problem!r}") from problem

    async def _stop(self) -> None:
        await self._commits.close()
        await super()._stop()
