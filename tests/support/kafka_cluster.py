"""A `Cluster` on a real broker."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from faust.types import TP

from tests.support.cluster import WorkerHandle, Wrap
from worker.runtime.agent import AgentSpec
from worker.runtime.app import Runtime
from worker.runtime.connection import Connection
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES, Out
from worker.runtime.publisher import KafkaPublisher
from worker.runtime.record import Record
from worker.runtime.tuning import Tuning

QUICK = Tuning(
    session_timeout_s=6.0,
    heartbeat_interval_s=0.3,
    commit_interval_s=0.2,
    request_timeout_s=30.0,
    delivery_timeout_s=8.0,
)


_LARGE = 16 * 1024 * 1024
"""What the producer of others takes before it compresses."""


class KafkaCluster:
    """Topics under a name of its own on the broker at `bootstrap`. Use it as a context manager."""

    real = True

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = f"test-{uuid4().hex}"
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap, acks="all", max_request_size=CHANGELOG_BATCH_BYTES,
            max_batch_size=CHANGELOG_BATCH_BYTES,
        )  # fmt: skip
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, fetch_max_wait_ms=50, isolation_level="read_committed"
        )
        self._cached: dict[TopicPartition, list[Any]] = {}
        self._partitions: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        await self._admin.start()
        await self._producer.start()
        await self._reader.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._reader.stop()
        await self._producer.stop()
        await self._admin.delete_topics(list(self._partitions))
        await self._admin.close()

    async def create(self, topic: str, partitions: int, *, changelog: bool = False) -> None:
        configs = {}
        if changelog:
            configs = {"cleanup.policy": "compact", "max.message.bytes": str(CHANGELOG_BATCH_BYTES + 1000)}
        await self._admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
        self._partitions[topic] = partitions

    async def delete(self, topic: str) -> None:
        await self._admin.delete_topics([topic])
        del self._partitions[topic]
        self._cached = {partition: records for partition, records in self._cached.items() if partition.topic != topic}

    async def send(self, topic: str, partition: int, records: Sequence[Out], *, compressed: bool = False) -> int:
        if not compressed:
            return await _send(self._producer, topic, partition, records)
        async with AIOKafkaProducer(
            bootstrap_servers=self.bootstrap, compression_type="gzip", max_batch_size=_LARGE, max_request_size=_LARGE
        ) as producer:
            return await _send(producer, topic, partition, records)

    async def abort(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, transactional_id=uuid4().hex) as producer:
            await producer.begin_transaction()
            first = await _send(producer, topic, partition, records)
            await producer.abort_transaction()
        return first + len(records) + 1

    async def read(self, topic: str) -> list[Record]:
        partitions = [TopicPartition(topic, number) for number in range(self._partitions[topic])]
        self._reader.assign(partitions)
        ends = await self._reader.end_offsets(partitions)
        places = {partition: self._read_up_to(partition) for partition in partitions}
        for partition, place in places.items():
            self._reader.seek(partition, place)
        while left := [partition for partition in partitions if places[partition] < ends[partition]]:
            fetched = await self._reader.getmany(*left, timeout_ms=500)
            for partition, records in fetched.items():
                self._cached.setdefault(partition, []).extend(records)
            for partition in left:
                places[partition] = await self._reader.position(partition)  # behind what was taken back, too
        return [record for partition in partitions for record in self._cached.get(partition, [])]

    def _read_up_to(self, partition: TopicPartition) -> int:
        records = self._cached.get(partition)
        return int(records[-1].offset) + 1 if records else 0

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        offsets = await self._admin.list_consumer_group_offsets(group)
        return {
            partition.partition: entry.offset
            for partition, entry in offsets.items()
            if partition.topic == topic and entry.offset >= 0
        }

    async def set_committed(self, group: str, place: TP, offset: int) -> None:
        async with AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, group_id=group, enable_auto_commit=False
        ) as operator:
            where = TopicPartition(*place)
            operator.assign([where])
            await operator.commit({where: offset})

    def stand_still(self, seconds: float) -> None:
        time.sleep(seconds)

    def worker(
        self,
        app_id: str,
        partitions: int,
        agents: Sequence[AgentSpec[Any]],
        tuning: Tuning | None = None,
        wrap: Wrap | None = None,
    ) -> WorkerHandle:
        tuning = tuning or QUICK
        connection = Connection((self.bootstrap,))
        if wrap is None:
            return WorkerHandle(Runtime(app_id, partitions, connection, tuning, agents))
        publisher = KafkaPublisher(connection.producer(tuning.delivery_timeout_s), tuning.delivery_timeout_s + 2)
        runtime = Runtime(app_id, partitions, connection, tuning, agents, publisher=wrap(publisher))
        return WorkerHandle(runtime, _running(publisher))


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Out]) -> int:
    batch = producer.create_batch()
    for record in records:
        added = batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
        assert added is not None
    sent = await producer.send_batch(batch, topic, partition=partition)
    return int((await sent).offset)


@contextlib.asynccontextmanager
async def _running(publisher: KafkaPublisher) -> AsyncIterator[None]:
    await publisher.start()
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.shield(publisher.stop())
