"""What a worker must forget, seek and note at each assignment, where only an unlucky moment would tell."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from faust.types import TP

from tests.runtime.conftest import play_in_memory
from tests.support.cluster import until
from tests.support.memory_cluster import MemoryCluster
from tests.support.pipeline import Pipeline
from worker.runtime.errors import RecoveryFailed


def test_a_topic_that_goes_back_while_it_is_read_ends_the_worker() -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker = pipeline.worker()
        await worker.start()
        await pipeline.send(200)
        await pipeline.until_settled()
        topic = pipeline.layout.topic("in")
        await pipeline.cluster.delete(topic)
        await pipeline.cluster.create(topic, pipeline.layout.partitions)
        await pipeline.send(20)
        problem = await worker.ended()
        assert isinstance(problem, RecoveryFailed)
        assert f"{topic}/" in str(problem)
        assert "went back from offset" in str(problem)

    play_in_memory(scenario)


def test_what_was_never_committed_is_read_from_its_beginning() -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker, gate = pipeline.gated_worker()
        await pipeline.send(200)
        await worker.start()
        await until(lambda: gate.waiting > 0, what="it has read, and wants to write")
        consumer, place = worker.runtime.consumer, TP(pipeline.layout.topic("in"), 0)
        assert (await consumer.position(place) or 0) > 0
        await consumer.perform_seek()
        assert await consumer.position(place) == 0
        gate.open.set()
        await worker.stop()

    play_in_memory(scenario)


def test_what_an_earlier_generation_did_is_not_committed() -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker = pipeline.worker()
        await worker.start()
        await pipeline.send(200)
        await pipeline.until_settled()
        consumer, cluster = worker.runtime.consumer, pipeline.cluster
        assert isinstance(cluster, MemoryCluster)
        commits = len(cluster.kafka.log.commits)
        consumer._committed_offset.clear()  # as Faust does when partitions are revoked
        consumer.forget_progress()
        assert not await consumer.commit()
        assert len(cluster.kafka.log.commits) == commits
        await worker.stop()

    play_in_memory(scenario)


def test_what_is_committed_is_the_own_progress_and_once() -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker = pipeline.worker()
        await worker.start()
        await pipeline.send(200)
        await pipeline.until_settled()
        consumer, cluster = worker.runtime.consumer, pipeline.cluster
        assert isinstance(cluster, MemoryCluster)
        commits = list(cluster.kafka.log.commits)
        assert not await consumer.commit()
        consumer._done[TP("another's", 0)] = 5
        assert not await consumer.commit()
        own = TP(pipeline.layout.topic("in"), 0)
        consumer.forget_progress()
        assert not await consumer._commit_offsets({own: 1})  # computed before a rebalance
        assert cluster.kafka.log.commits == commits
        await worker.stop()

    play_in_memory(scenario)


def test_a_recovery_does_not_end_with_the_one_before() -> None:
    async def scenario(pipeline: Pipeline) -> None:
        first = pipeline.worker()
        await pipeline.send(200)
        await first.start()
        consumer = first.runtime.consumer
        fetch = consumer._getmany

        async def slowly(wanted: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:
            if all(consumer._is_changelog_tp(tp) for tp in wanted or ()):
                await asyncio.sleep(0.1)
            return await fetch(wanted, timeout)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consumer, "_getmany", slowly)
            for _ in range(3):
                other = pipeline.worker()
                await other.start()
                await pipeline.send(200)
                await pipeline.until_settled()
                await other.stop()
                await pipeline.send(200)
                await until(lambda: pipeline.settled_or_ended(first), what="the first one has it back")
                assert first.running, first.problem()
        await first.stop()
        assert await pipeline.check() == 0

    play_in_memory(scenario)
