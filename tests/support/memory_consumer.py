"""The in-memory counterpart of Faust's aiokafka consumer, with the same habits, the awkward ones included."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from aiokafka.errors import IllegalStateError, KafkaConnectionError, UnknownTopicOrPartitionError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP, ConsumerMessage

from tests.support.memory_group import NotAMember, Topics
from worker.runtime.batched_consumer import BatchedDelivery
from worker.runtime.fetched import Fetched

if TYPE_CHECKING:
    from tests.support.memory_kafka import MemoryTransport

_numbers = itertools.count(1)


class MemoryConsumer(BatchedDelivery):
    """A member of a `MemoryGroup`.

    As with aiokafka: positions start anew at each assignment; a fetch that waits when a rebalance begins goes on in
    the new assignment, with the partitions it was asked for; `seek_to_committed` does not move a partition that was
    never committed; group requests are repeated until they succeed.
    """

    transport: "MemoryTransport"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kafka = self.transport.kafka
        self.faults = self.transport.faults
        self.group = self.kafka.group(self.app.conf.id)
        self.member_id = ""
        self.deaf = False
        """Heartbeats get lost; everything else goes through."""
        self._topics: list[str] = []
        self._positions: dict[TP, int] | None = None
        self._generation = 0
        self._reassigned = asyncio.Event()
        self._coordination: asyncio.Task[None] | None = None
        self._random = random.Random(self.transport.seed) if self.transport.seed is not None else None

    # -- group membership

    def metadata(self) -> ConsumerProtocolMemberMetadata:
        return self.app.assignor.metadata(set(self._topics))  # type: ignore[attr-defined]

    def assign(
        self, cluster: Topics, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> Mapping[str, ConsumerProtocolMemberAssignment]:
        return self.app.assignor.assign(cluster, members)  # type: ignore[attr-defined,no-any-return]

    async def on_start(self) -> None:
        async with self.faults.around("connect"):
            self._positions = {}

    async def subscribe(self, topics: Iterable[str]) -> None:
        self._topics = sorted(topics)
        self._coordination = asyncio.create_task(self._coordinate())

    async def _coordinate(self) -> None:
        while True:
            await self._rejoin()
            await self._heartbeat_until_rejoin()

    async def _rejoin(self) -> None:
        self._reassigned.clear()
        self.app.on_rebalance_start()
        await self.on_partitions_revoked(self.assignment())
        while True:
            if not self.member_id:
                self.member_id = f"member-{next(_numbers)}"
            try:
                async with self.faults.around("join"):
                    generation, assignment = await self.group.join(
                        self, self.transport.tuning.session_timeout_s, self.transport.tuning.rebalance_timeout_s
                    )
                break
            except NotAMember:
                self.member_id = ""
            except KafkaConnectionError:
                await asyncio.sleep(0.1)
        tps = {TP(topic, number) for topic, numbers in assignment.assignment for number in numbers}
        committed = self.kafka.log.committed.get(self.group.name, {})
        self._positions = {tp: committed.get(tp, self.kafka.log.start(tp)) for tp in sorted(tps)}
        self._generation = generation
        self._reassigned.set()
        self.app.assignor.on_assignment(assignment)  # type: ignore[attr-defined]
        self.app.consumer_generation_id = generation
        await asyncio.sleep(0)  # the consumer's thread hands over to the main one
        await self.on_partitions_assigned(set(tps), generation)

    async def _heartbeat_until_rejoin(self) -> None:
        while True:
            await asyncio.sleep(self.transport.tuning.heartbeat_interval_s)
            if self.deaf:
                continue
            try:
                async with self.faults.quietly():
                    if self.group.heartbeat(self.member_id, self._generation):
                        return
            except NotAMember:
                self.member_id = ""
                return

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._coordination is not None:
            while not self._coordination.done():  # what Faust does at a rebalance may swallow a cancellation
                self._coordination.cancel()
                await asyncio.wait([self._coordination], timeout=0.1)
        if self.member_id:
            with contextlib.suppress(KafkaConnectionError):
                async with self.faults.around("leave"):
                    self.group.leave(self.member_id)

    # -- fetching

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
        if not self.flow_active:
            return {}
        async with self.faults.around("fetch"):
            return await self._poll(active_partitions or set(), timeout)

    async def _poll(self, wanted: set[TP], timeout: float) -> Mapping[TP, list[Any]]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while True:
            if not self._reassigned.is_set():
                await self._reassigned.wait()
            fetched = self._take(wanted)
            left_s = deadline - loop.time()
            if fetched or left_s <= 0:
                return fetched
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self.kafka.log.wait_for_append()

    def _take(self, wanted: set[TP]) -> dict[TP, list[Fetched]]:
        assert self._positions is not None
        fetched: dict[TP, list[Fetched]] = {}
        room = self.transport.tuning.batch_records
        if self._random is not None:
            room = self._random.randint(1, room)
        for tp, position in self._positions.items():
            if tp not in wanted:
                continue
            try:
                if not self.kafka.log.start(tp) <= position <= self.kafka.log.end(tp):
                    position = self.kafka.log.start(tp)  # auto_offset_reset=earliest
                records = self.kafka.log.read(tp, position, room)
            except UnknownTopicOrPartitionError:
                continue  # aiokafka waits for the metadata to change
            self._positions[tp] = self.kafka.log.end(tp) if len(records) < room else records[-1].offset + 1
            if records:
                fetched[tp] = records
                room -= len(records)
                if not room:
                    break
        if self._random is not None:
            self._positions = dict(self._random.sample(sorted(self._positions.items()), len(self._positions)))
        return fetched

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        return ConsumerMessage(
            record.topic, record.partition, record.offset, record.timestamp / 1000, 0, list(record.headers),
            record.key, record.value, None, tp=tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    # -- offsets

    async def seek_to_committed(self) -> Mapping[TP, int]:
        positions = self._assigned()
        assert positions, "No partitions are currently assigned"
        found: dict[TP, Any] = {}
        for tp in list(positions):
            async with self.faults.around("committed"):
                offset = self.kafka.log.committed.get(self.group.name, {}).get(tp)
            found[tp] = offset
            if offset:
                await self._seek(tp, offset)
        return found

    async def _seek(self, partition: TP, offset: int) -> None:
        positions = self._assigned()
        if partition not in positions:
            raise IllegalStateError(f"{partition} is not assigned")
        positions[partition] = offset

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        for tp, offset in partitions.items():
            await self._seek(tp, offset)
            if offset > 0:
                self._read_offset[tp] = offset
            else:
                self._read_offset.pop(tp, None)
        async with self.faults.around("position"):
            pass

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        try:
            async with self.faults.around("commit"):
                self.group.commit(self.member_id, self._generation, offsets)
        except NotAMember:
            return False
        except KafkaConnectionError as problem:
            await self.crash(problem)
            return False
        return True

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        async with self.faults.around("highwaters"):
            return {tp: self.kafka.log.end(tp) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        async with self.faults.around("earliest"):
            return {tp: self.kafka.log.start(tp) for tp in partitions}

    def highwater(self, tp: TP) -> int:
        return self.kafka.log.end(tp)

    async def position(self, tp: TP) -> int | None:
        return self._assigned().get(tp)

    def assignment(self) -> set[TP]:
        return set(self._assigned())

    def _assigned(self) -> dict[TP, int]:
        if self._positions is None:
            raise ConsumerNotStarted("not started")
        return self._positions

    def topic_partitions(self, topic: str) -> int | None:
        return self.kafka.log.partitions_of(topic) or None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        raise AssertionError("nothing is sent through Faust")

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    async def create_topic(self, *args: Any, **kwargs: Any) -> None:
        raise AssertionError("topics are made beforehand")
