"""What a worker may not write any more does not leave it, though it was handed to the producer before."""

from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.produce import ProduceRequest

from tests.support.broker import Broker
from tests.support.cluster import until
from tests.support.kafka_cluster import QUICK, KafkaCluster
from tests.support.pipeline import Pipeline
from worker.runtime.errors import DeliveryFailed, Suspended

pytestmark = pytest.mark.broker


@pytest.mark.parametrize("place", ["out", "changelog"])
async def test_what_a_pause_kept_from_leaving_does_not_leave_after_it(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster, stages=1)
        await pipeline.create()
        send_batch = AIOKafkaProducer.send_batch

        async def paused_once(self: AIOKafkaProducer, batch: object, topic: str, *, partition: int) -> object:
            if topic == paused_at:
                monkeypatch.undo()
                cluster.stand_still(QUICK.session_timeout_s * 0.8)
            return await send_batch(self, batch, topic, partition=partition)

        paused_at = {"out": pipeline.layout.topic("out"), "changelog": pipeline.layout.changelogs[0]}[place]
        worker = pipeline.worker()
        await worker.start()
        await pipeline.send(1)
        monkeypatch.setattr(AIOKafkaProducer, "send_batch", paused_once)
        await until(lambda: not worker.running, what="the worker stops")
        assert isinstance(worker.problem(), Suspended | DeliveryFailed)
        assert await cluster.read(paused_at) == []


async def test_what_a_stopping_worker_gave_up_is_not_sent_when_its_broker_is_back(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves its group before the producer ends: by then somebody else may write to the changelog."""
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster, stages=1)
        await pipeline.create()
        send = AIOKafkaClient.send

        async def away(self: AIOKafkaClient, node: int, request: Any, **options: Any) -> Any:
            if isinstance(request, ProduceRequest) and self is gone and worker.runtime.fault is None:
                raise KafkaConnectionError("away")
            return await send(self, node, request, **options)

        monkeypatch.setattr(AIOKafkaClient, "send", away)
        worker = pipeline.worker()
        assert worker.runtime.kafka_publisher is not None
        gone = worker.runtime.kafka_publisher._producer.client
        await worker.start()
        await pipeline.send(1)
        assert isinstance(await worker.ended(), DeliveryFailed)
        assert await pipeline.read("out") == []
