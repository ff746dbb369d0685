"""A consumer that is stopped while brokers are away is no cancelled task, and leaves no connection.

Nor does one that is stopped in a rebalance wait for the others.
"""

import asyncio
from collections.abc import Collection
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from tests.support.cluster import until
from tests.support.groups import wait_for_members
from tests.support.kafka_cluster import KafkaCluster
from tests.support.pipeline import Pipeline
from worker.runtime.connection import Connection
from worker.runtime.kafka_transport import KafkaConsumer
from worker.runtime.stopping import stop_consumer


class Fetcher:
    """Of `Resting`."""

    def __init__(self) -> None:
        self._fetch_task = asyncio.create_task(asyncio.sleep(0))
        self._pending_tasks: list[asyncio.Task[None]] = []


class Client:
    """Of `Resting`."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Resting:
    """Stops as aiokafka's consumer does whose fetch rests before it tries again."""

    def __init__(self) -> None:
        self._client = Client()
        self._coordinator = None
        self._fetcher = Fetcher()

    async def stop(self) -> None:
        self._fetcher._pending_tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(2)]
        await asyncio.sleep(0.05)
        for fetch in self._fetcher._pending_tasks:
            fetch.cancel()
            await fetch


async def test_what_a_fetch_lets_out_is_no_cancellation() -> None:
    consumer = Resting()
    await stop_consumer(consumer)
    assert consumer._client.closed
    assert all(fetch.cancelled() for fetch in consumer._fetcher._pending_tasks)


async def test_who_is_cancelled_stays_so() -> None:
    consumer = Resting()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stop_consumer(consumer)
    assert consumer._client.closed


@pytest.mark.broker
async def test_a_worker_that_stops_while_a_fetch_rests_hangs_up(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster)
        await pipeline.create()
        worker = pipeline.worker()
        await worker.start()
        batched = worker.runtime.consumer
        assert isinstance(batched, KafkaConsumer)
        consumer = batched._thread._consumer
        assert consumer is not None
        fetcher, connections = consumer._fetcher, consumer._client._conns
        close = fetcher.close

        async def close_while_a_fetch_rests() -> None:
            fetcher._pending_tasks.add(asyncio.create_task(asyncio.sleep(60)))
            await close()

        monkeypatch.setattr(fetcher, "close", close_while_a_fetch_rests)
        assert [each.connected() for each in connections.values()]
        await worker.stop()
        assert not any(each.connected() for each in connections.values())


class Busy(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Gives partitions away only when it is done."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        if revoked:
            await self.done.wait()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        pass


@pytest.mark.broker
async def test_who_stops_waits_for_nobody_else_in_a_rebalance(broker: Broker) -> None:
    group = f"test-{uuid4().hex}"
    await create_topic(broker.bootstrap, group, 3)
    connection = Connection((broker.bootstrap,))
    options = {"group_id": group, "heartbeat_interval_ms": 200, "session_timeout_ms": 30_000}

    async def member(listener: Busy | None = None) -> AIOKafkaConsumer:
        consumer = connection.consumer(**options)
        consumer.subscribe([group], listener=listener)
        await consumer.start()
        return consumer

    busy = Busy()
    stopping, slow = await member(), await member(busy)
    await wait_for_members(broker.bootstrap, group, 2, 30)
    await until(lambda: len(slow.assignment()) > 0, what="both have partitions")
    joining = asyncio.create_task(member())
    await until(lambda: bool(stopping._coordinator._performed_join_prepare), what="the new one is waited for")
    async with asyncio.timeout(5):
        await stop_consumer(stopping)
    assert not any(each.connected() for each in stopping._client._conns.values())
    busy.done.set()
    await wait_for_members(broker.bootstrap, group, 2, 30)
    for each in (slow, await joining):
        await stop_consumer(each)
    async with administering(broker.bootstrap) as admin:
        await admin.delete_topics([group])
