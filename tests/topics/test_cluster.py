"""Creating and comparing topics on a real broker."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import NewPartitions, NewTopic
from msgspec.structs import replace

from tests.support.admin import administering
from tests.support.broker import Broker
from worker.local.broker import LocalBroker
from worker.local.ports import HOST, free_ports
from worker.runtime.connection import Connection
from worker.topics.apply import apply
from worker.topics.check import Difference, check
from worker.topics.cluster import TopicsError, connect
from worker.topics.contract import Contract
from worker.topics.contracts import load_contracts

pytestmark = pytest.mark.broker


def own_contracts(partitions: int = 1) -> Mapping[str, Contract]:
    name = f"test-{uuid4().hex}"
    return load_contracts(app_id=name, prefix=f"{name}.", partitions=partitions)


def connection(broker: Broker) -> Connection:
    return Connection((broker.bootstrap,))


async def test_apply_creates_all_topics_and_then_nothing(broker: Broker) -> None:
    contracts = own_contracts()
    missing = await check(connection(broker), contracts)
    assert [(each.topic, each.what, each.found) for each in missing] == [
        (contract.topic, "topic", None) for contract in contracts.values()
    ]
    applied = await apply(connection(broker), contracts)
    assert applied.created == [contract.topic for contract in contracts.values()]
    assert applied.differences == []
    assert await check(connection(broker), contracts) == []
    again = await apply(connection(broker), contracts)
    assert again.created == []
    assert again.differences == []


async def test_what_differs_is_told_and_left_as_it_is(broker: Broker) -> None:
    contracts = own_contracts(2)
    events, people = contracts["segment.events"], contracts["people"]
    async with administering(broker.bootstrap) as admin:
        settings = {**events.settings(1), "retention.ms": "1000"}
        await admin.create_topics([NewTopic(events.topic, 2, 1, topic_configs=settings)])
        await apply(connection(broker), contracts)
        await admin.create_partitions({people.topic: NewPartitions(5)})
        while len((await admin.describe_topics([people.topic]))[0]["partitions"]) < 5:
            await asyncio.sleep(0.05)
    expected = [
        Difference(people.topic, "partitions", "2", "5"),
        Difference(events.topic, "retention.ms", "2592000000", "1000"),
    ]
    assert await check(connection(broker), contracts) == expected
    assert (await apply(connection(broker), contracts)).differences == expected


async def test_nothing_is_created_beside_a_topic_with_another_number_of_partitions(broker: Broker) -> None:
    contracts = own_contracts(2)
    there = {"segment.events": replace(contracts["segment.events"], partitions=5)}
    await apply(connection(broker), there)
    with pytest.raises(TopicsError, match=r"segment\.events has 5 partitions, not 2; nothing was created") as raised:
        await apply(connection(broker), contracts)
    assert "kafka.partitions to 5" in raised.value.hint
    missing = [each for each in await check(connection(broker), contracts) if each.what == "topic"]
    assert len(missing) == len(contracts) - 1


async def test_a_topic_that_appears_meanwhile_is_no_error(broker: Broker) -> None:
    contracts = own_contracts()
    some = {name: contracts[name] for name in ("people", "objects")}
    await apply(connection(broker), some)
    applied = await apply(connection(broker), contracts)
    assert not {"people", "objects"} & set(applied.created)
    assert applied.differences == []


async def test_a_refusal_names_the_topic_and_the_reason(broker: Broker) -> None:
    contracts = own_contracts()
    with pytest.raises(TopicsError, match=r"segment\.events.*replication factor of 32000"):
        await apply(connection(broker), {"one": contracts["segment.events"]}, replication_factor=32_000)
    assert len(await check(connection(broker), contracts)) == len(contracts)


async def test_no_broker_is_said_with_what_to_do() -> None:
    (port,) = free_ports(1)
    with pytest.raises(TopicsError, match=f"no Kafka answers at {HOST}:{port}") as raised:
        await check(Connection((f"{HOST}:{port}",)), own_contracts(), timeout_seconds=0.3)
    assert "kafka start" in raised.value.hint


@pytest.mark.timeout(150)
async def test_a_broker_that_comes_late_or_comes_back_is_waited_for(tmp_path: Path) -> None:
    port, controller_port = free_ports(2)
    late = LocalBroker(tmp_path, port=port, controller_port=controller_port, quick_start=True)
    people = own_contracts()["people"]
    applying = asyncio.create_task(apply(Connection((f"{HOST}:{port}",)), {"one": people}, timeout_seconds=50))
    try:
        await asyncio.to_thread(late.start)
        assert (await applying).created == [people.topic]
        async with connect(Connection((f"{HOST}:{port}",)), 50) as cluster:
            assert await cluster.replication_factor() == 1
            late.kill()
            asking = asyncio.create_task(cluster.topics([people.topic, "missing"]))
            await asyncio.to_thread(late.start)
            assert set(await asking) == {people.topic}
    finally:
        late.stop()
