"""Records that the topic took, and whose copies, which have more headers, it does not take."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.backfill.deployment import backfill, inbound
from tests.pipeline.deployment import setup
from tests.support.broker import Broker
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.timeout(60)]

MIB = 1024 * 1024
EVENT = b'{"type":"identify","userId":"u","messageId":"m"}'


async def test_what_can_not_be_sent_again_is_counted_and_holds_nothing_up(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        topic = running.topic(names.SEGMENT_EVENTS)
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, max_request_size=2 * MIB) as producer:
            for size in (0, MIB - 250, MIB - 1000):
                await producer.send_and_wait(topic, EVENT, headers=[("h", b"x" * size)])
                await producer.send_and_wait(topic, EVENT, key=b"k" * size)

        (dry,) = await backfill(running, "--dry-run")
        assert (dry["events"], dry["unreadable"]) == (4, 2)
        (done,) = await backfill(running)
        assert (done["state"], done["progress"]["sent"], done["progress"]["unreadable"]) == ("done", 4, 2)
        assert await inbound(running) == 6 + 4
