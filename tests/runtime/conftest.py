"""Every scenario of the contract is played twice: on the in-memory Kafka in virtual time, and on a real broker."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from tests.support import virtual_time
from tests.support.broker import Broker
from tests.support.cluster import Cluster
from tests.support.kafka_cluster import KafkaCluster
from tests.support.memory_cluster import MemoryCluster
from tests.support.pipeline import Pipeline

Scenario = Callable[[Pipeline], Awaitable[None]]
Play = Callable[[Scenario], None]


async def _prepared(cluster: Cluster, scenario: Scenario) -> None:
    pipeline = Pipeline(cluster)
    await pipeline.create()
    await scenario(pipeline)


def play_in_memory(scenario: Scenario) -> None:
    async def main() -> None:
        await _prepared(MemoryCluster(), scenario)

    virtual_time.run(main())


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.broker)])
def play(request: pytest.FixtureRequest) -> Play:
    """Plays a scenario on a cluster with the topics of `counting`."""
    if request.param == "memory":
        return play_in_memory
    broker: Broker = request.getfixturevalue("broker")

    def play_on_kafka(scenario: Scenario) -> None:
        async def main() -> None:
            async with KafkaCluster(broker.bootstrap) as cluster:
                await _prepared(cluster, scenario)

        asyncio.run(main())

    return play_on_kafka


@pytest.fixture
def virtually() -> Callable[[Coroutine[Any, Any, None]], None]:
    """Runs a coroutine in virtual time."""
    return virtual_time.run
