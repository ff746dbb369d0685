"""A worker asks for all that was committed at once: far from its brokers it would be late at every rebalance."""

from collections.abc import Collection
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator

from tests.support.broker import Broker
from tests.support.kafka_cluster import KafkaCluster
from tests.support.pipeline import Pipeline


@pytest.mark.broker
async def test_one_question_is_about_all_committed_offsets(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[TopicPartition]] = []
    ask = GroupCoordinator._do_fetch_commit_offsets

    async def noted(coordinator: GroupCoordinator, partitions: Collection[TopicPartition]) -> Any:
        asked.append(set(partitions))
        return await ask(coordinator, partitions)

    monkeypatch.setattr(GroupCoordinator, "_do_fetch_commit_offsets", noted)
    async with KafkaCluster(broker.bootstrap) as cluster:
        pipeline = Pipeline(cluster)
        await pipeline.create()
        await pipeline.send(50)
        for _ in range(2):
            asked.clear()
            worker = pipeline.worker()
            await worker.start()
            assert worker.runtime.consumer.assignment() in asked
            await pipeline.until_settled()
            await worker.stop()
        await pipeline.check()
