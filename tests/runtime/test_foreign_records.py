"""Inputs as other producers and retention leave them: compressed, in transactions, removed before they were read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from msgspec.structs import replace

from tests.support.admin import administering
from tests.support.broker import Broker
from tests.support.cluster import WorkerHandle, until
from tests.support.counting import event
from tests.support.header_names import Name, builder
from tests.support.kafka_cluster import QUICK, KafkaCluster
from tests.support.pipeline import Pipeline
from worker.runtime.connection import Connection
from worker.runtime.lag import LagReader
from worker.runtime.outgoing import Headers

STALL: Final = replace(QUICK, stall_s=3.0)
LONG_S: Final = 8.0
"""The watchdog has looked often enough by then to end a worker that it takes for stalled."""

pytestmark = [pytest.mark.broker, pytest.mark.timeout(90)]


@asynccontextmanager
async def one_stage(broker: Broker) -> AsyncIterator[Pipeline]:
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster, stages=1)
        await pipeline.create()
        yield pipeline


@asynccontextmanager
async def producing(broker: Broker, **options: object) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, pipeline: Pipeline, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        record = event(f"k{number}", f"e{number}")
        await producer.send_and_wait(pipeline.layout.topic("in"), record.value, key=record.key, partition=number % 4)


async def stays_up(worker: WorkerHandle) -> None:
    await asyncio.sleep(LONG_S)
    assert worker.running, worker.problem()


@pytest.mark.parametrize("codec", ["gzip", "lz4", "zstd", "snappy"])
async def test_every_compression_that_kafka_knows_is_read(broker: Broker, codec: str) -> None:
    async with one_stage(broker) as pipeline, producing(broker, compression_type=codec) as producer:
        worker = pipeline.worker()
        await worker.start()
        await send(producer, pipeline, 8)
        await until(lambda: len(worker.values("count")) == 8, what="all are counted")
        await worker.stop()


async def test_a_header_whose_name_is_no_utf_8_stops_nothing(broker: Broker) -> None:
    async with one_stage(broker) as pipeline, producing(broker) as producer:
        worker = pipeline.worker()
        await worker.start()
        foreign = producer.create_batch()
        foreign._builder = builder()
        for number in range(3):
            headers: Headers = [(Name(b"trace\xff"), b"1")] if number else []
            record = event(f"k{number}", f"e{number}")
            foreign.append(timestamp=None, key=record.key, value=record.value if number < 2 else b"", headers=headers)
        foreign.close()
        await (await producer.send_batch(foreign, pipeline.layout.topic("in"), partition=0))
        await until(lambda: len(worker.values("count")) == 2, what="the others are counted")
        (letter,) = await pipeline.read("in.dlq")
        assert ("trace?", b"1") in letter.headers
        await worker.stop()


async def test_a_transaction_that_ends_a_partition_is_no_stall(broker: Broker) -> None:
    async with one_stage(broker) as pipeline, producing(broker, transactional_id="quiet") as producer:
        worker = pipeline.worker(STALL)
        await worker.start()
        async with producer.transaction():
            await send(producer, pipeline, 8)
        await until(lambda: len(worker.values("count")) == 8, what="all are counted")
        await stays_up(worker)
        await worker.stop()


async def test_what_a_producer_took_back_is_not_read(broker: Broker) -> None:
    async with one_stage(broker) as pipeline, producing(broker, transactional_id="aborting") as producer:
        worker = pipeline.worker()
        await worker.start()
        await producer.begin_transaction()
        await send(producer, pipeline, 4)
        await producer.abort_transaction()
        async with producer.transaction():
            await send(producer, pipeline, 4, first=4)
        await until(lambda: len(worker.values("count")) == 4, what="the others are counted")
        assert set(worker.values("count")) == {b"k4", b"k5", b"k6", b"k7"}
        await worker.stop()


async def lag_of(pipeline: Pipeline) -> int:
    async with LagReader(Connection((pipeline.cluster.bootstrap,))) as reader:  # type: ignore[attr-defined]
        (row,) = await reader.group(pipeline.layout.app_id, [pipeline.layout.topic("in")])
    return row.lag


async def test_an_open_transaction_is_waited_for_and_one_that_was_taken_back_is_no_lag(broker: Broker) -> None:
    async with (
        one_stage(broker) as pipeline,
        producing(broker, transactional_id=uuid4().hex) as open_one,
        producing(broker, transactional_id=uuid4().hex) as aborting,
    ):
        worker = pipeline.worker()
        await worker.start()
        await aborting.begin_transaction()
        await send(aborting, pipeline, 400)
        await open_one.begin_transaction()
        await send(open_one, pipeline, 8)
        await aborting.abort_transaction()
        await asyncio.sleep(2.0)
        assert await lag_of(pipeline) == 0, "of what may be read nothing is left"
        committed = await pipeline.cluster.committed(pipeline.layout.app_id, pipeline.layout.topic("in"))
        assert committed == dict.fromkeys(range(4), 100)
        await worker.stop()
        await open_one.commit_transaction()
        after = pipeline.worker()
        await after.start()
        await until(lambda: len(after.values("count")) == 8, what="the open one is counted")
        await after.stop()


@pytest.mark.parametrize("committed", [False, True])
async def test_a_partition_that_retention_emptied_is_no_stall_and_no_lag(broker: Broker, committed: bool) -> None:
    async with one_stage(broker) as pipeline:
        topic = pipeline.layout.topic("in")
        if committed:
            await pipeline.send(100)
            worker = pipeline.worker()
            await pipeline.work_off(worker)
        await pipeline.send(100)
        async with administering(broker.bootstrap) as admin:
            await admin.delete_records({TopicPartition(topic, number): RecordsToDelete(-1) for number in range(4)})
        worker = pipeline.worker(STALL)
        await worker.start()
        await stays_up(worker)
        assert await lag_of(pipeline) == 0
        await pipeline.send(100)
        await until(lambda: sum(map(bool, worker.values("count"))) > 0, what="it reads on")
        await worker.stop()
