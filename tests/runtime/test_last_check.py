"""A process that is paused between the check before a unit's writes and their way to the broker writes nothing."""

import pytest
from aiokafka import AIOKafkaProducer

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
