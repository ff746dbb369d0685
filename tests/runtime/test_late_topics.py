"""A broker may not know yet of a topic that was just made; who leads the group must not leave it out."""

import asyncio
from collections.abc import Callable, Iterable

import msgspec
import pytest

from tests.support.broker import Broker
from tests.support.cluster import until
from tests.support.kafka_cluster import QUICK, KafkaCluster
from tests.support.pipeline import Pipeline
from worker.local.broker import LocalBroker
from worker.runtime.errors import BrokerUnreachable, TopicsMissing
from worker.runtime.kafka_transport import ConsumerInLoop


@pytest.mark.broker
async def test_a_worker_waits_until_the_broker_knows_all_its_topics(broker: Broker) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster)
        await pipeline.create_topics()
        first, second = pipeline.worker(), pipeline.worker()
        starting = asyncio.create_task(first.start())
        await asyncio.sleep(1.5)
        await pipeline.create_changelogs()
        await starting
        await pipeline.send(200)
        await pipeline.until_settled()
        await second.start()
        await until(lambda: bool(second.values("count")), what="the second one has partitions")
        await pipeline.send(200)
        await pipeline.until_settled()
        await second.stop()
        await first.stop()
        await pipeline.check()


@pytest.mark.broker
async def test_a_worker_ends_that_waits_in_vain_for_a_topic(broker: Broker) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster)
        await pipeline.create_topics()
        worker = pipeline.worker()
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, TopicsMissing)
        assert all(topic in str(problem) for topic in pipeline.layout.changelogs)


@pytest.mark.broker
async def test_topics_are_not_called_missing_where_no_broker_answers(
    own_broker: Callable[[], LocalBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = await asyncio.to_thread(own_broker)
    subscribe = ConsumerInLoop.subscribe

    async def when_the_broker_is_gone(consumer: ConsumerInLoop, topics: Iterable[str]) -> None:
        await asyncio.to_thread(kafka.kill)
        await subscribe(consumer, topics)

    monkeypatch.setattr(ConsumerInLoop, "subscribe", when_the_broker_is_gone)
    async with KafkaCluster(kafka.bootstrap) as cluster:
        pipeline = Pipeline(cluster)
        await pipeline.create()
        worker = pipeline.worker(msgspec.structs.replace(QUICK, request_timeout_s=9.0))
        worker.launch()
        problem = await worker.ended()
        await asyncio.to_thread(kafka.start)  # to let the cluster be left
        assert isinstance(problem, BrokerUnreachable)
