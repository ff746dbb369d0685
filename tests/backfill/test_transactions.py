"""Backfills of what transactional producers wrote: their markers have offsets, and are no records."""

from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from tests.backfill.deployment import backfill
from tests.pipeline.deployment import setup
from tests.support.broker import Broker
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.timeout(60)]

EVENT = b'{"type":"identify","userId":"u","messageId":"m"}'


async def test_a_range_that_ends_with_a_marker_is_done_to_its_end(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        topic = running.topic(names.SEGMENT_EVENTS)
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=uuid4().hex) as producer:
            async with producer.transaction():
                await producer.send(topic, EVENT, partition=0)
            await producer.begin_transaction()
            await producer.send_and_wait(topic, EVENT, partition=1)
            await producer.abort_transaction()
        (done,) = await backfill(running)
        at = done["progress"]
        assert (done["state"], at["sent"], at["missing"]) == ("done", 1, 0)
        assert (at["positions"], at["done"], at["total"]) == ({"0": 2, "1": 2}, 4, 4)
