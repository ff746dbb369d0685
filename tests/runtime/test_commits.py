"""Offsets are committed by who has the partitions, on a real broker."""

import asyncio
import time
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.support import kafka_cluster
from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from tests.support.cluster import until
from tests.support.kafka_cluster import KafkaCluster
from tests.support.pipeline import Pipeline
from worker.runtime.commits import commit, generation_of
from worker.runtime.errors import OwnershipLost, Suspended

pytestmark = pytest.mark.broker

SESSION_S = 3.0


async def test_who_was_thrown_out_of_an_empty_group_commits_nothing(broker: Broker) -> None:
    topic = f"test-{uuid4().hex}"
    partition = TopicPartition(topic, 0)
    await create_topic(broker.bootstrap, topic)
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        group_id=topic,
        enable_auto_commit=False,
        session_timeout_ms=int(SESSION_S * 1000),
        heartbeat_interval_ms=300,
    )

    async def committed() -> int:
        async with administering(broker.bootstrap) as admin:
            offset: int = (await admin.list_consumer_group_offsets(topic))[partition].offset
        return offset

    await consumer.start()
    await until(lambda: bool(consumer.assignment()), what="it has the partition")
    generation = generation_of(consumer)
    await commit(consumer, generation, {partition: 3}, 10.0)
    assert await committed() == 3
    time.sleep(1.5 * SESSION_S)  # the process stands still
    for offset in (4, 5):  # at first it does not know that it was thrown out, then it does
        with pytest.raises(OwnershipLost, match=f"generation {generation} is over"):
            await commit(consumer, generation, {partition: offset}, 10.0)
    assert await committed() == 3
    await until(lambda: bool(consumer.assignment()) and generation_of(consumer) > generation, what="it is back")
    with pytest.raises(OwnershipLost):
        await commit(consumer, generation, {partition: 6}, 10.0)
    assert await committed() == 3
    await commit(consumer, generation_of(consumer), {partition: 7}, 10.0)
    assert await committed() == 7
    await consumer.stop()


def test_a_worker_that_was_thrown_out_ends_at_once(broker: Broker) -> None:
    async def main() -> None:
        async with KafkaCluster(broker.bootstrap) as cluster:
            pipeline = Pipeline(cluster)
            await pipeline.create()
            worker = pipeline.worker(msgspec.structs.replace(kafka_cluster.QUICK, session_timeout_s=SESSION_S))
            await worker.start()
            await pipeline.send(20_000)
            await until(lambda: worker.runtime.meters["count"].records > 0, what="it works")
            cluster.stand_still(1.5 * SESSION_S)
            assert isinstance(await worker.ended(worker.runtime.tuning.stop_s / 2), Suspended)

    asyncio.run(main())
