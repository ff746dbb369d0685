"""Workers that come and go while events flow."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from faust.types import TP, Message

from tests.runtime.conftest import Play
from tests.support import kafka_cluster, memory_cluster
from tests.support.cluster import until
from tests.support.pipeline import Pipeline
from worker.runtime.errors import ChangelogIntruder
from worker.runtime.partition_state import MemoryStore
from worker.runtime.recovery import Tables


def test_a_second_worker_in_mid_stream_takes_over_half_and_gives_it_back(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        first, second = pipeline.worker(), pipeline.worker()
        await pipeline.send(2000)
        await first.start()
        second.launch()
        for _ in range(5):
            await pipeline.send(300)
            await asyncio.sleep(0.4)
        await until(lambda: second.runtime.meters["count"].records > 0, what="the second one works")
        await pipeline.send(300)
        await pipeline.until_settled()
        assert len(first.values("count")) + len(second.values("count")) == 20, "revoked state must go"
        await first.stop()
        await pipeline.send(300)
        await pipeline.until_settled()
        assert len(second.values("count")) == 20
        await second.stop()
        assert await pipeline.check() == 0, "nothing is sent twice by graceful workers"

    play(scenario)


def test_a_partition_that_was_not_read_on_for_a_moment_is_read_on_after_a_rebalance(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        base = kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK
        first, gate = pipeline.gated_worker(msgspec.structs.replace(base, batch_records=10))
        second = pipeline.worker()
        await pipeline.send(2000)
        await first.start()
        consumer = first.runtime.consumer
        await until(lambda: len(consumer.full) >= pipeline.layout.partitions, what="enough waits of each partition")
        second.launch()
        await until(lambda: not consumer.flow_active, what="the rebalance begins")
        gate.open.set()
        await pipeline.until_settled()
        await second.stop()
        await pipeline.send(300)
        await pipeline.until_settled()
        await first.stop()
        await pipeline.check()

    play(scenario)


def test_a_worker_thrown_out_in_mid_write_leaves_a_zombie_s_batch_that_is_put_right(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        base = kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK
        tuning = msgspec.structs.replace(base, rebalance_timeout_s=1.0)
        slow, gate = pipeline.gated_worker(tuning)
        quick = pipeline.worker(tuning)
        await slow.start()
        await pipeline.send(200)
        await until(lambda: gate.waiting > 0, what="it wants to write")
        quick.launch()
        await pipeline.send(200)
        await until(lambda: quick.runtime.meters["count"].units >= pipeline.layout.partitions, what="all taken over")
        gate.open.set()
        assert isinstance(await slow.ended(), ChangelogIntruder)
        await pipeline.send(200)
        await until(lambda: pipeline.settled_or_ended(quick))
        if quick.running:  # the slow one's end made it read the changelog again before it wrote
            await quick.stop()
        else:
            assert isinstance(quick.problem(), ChangelogIntruder)
        await pipeline.work_off()
        await pipeline.check()

    play(scenario)


def test_a_worker_whose_recovery_ends_in_a_rebalance_forgets_what_was_recovered_for_others(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        before, first, second = pipeline.worker(), pipeline.worker(), pipeline.worker()
        await pipeline.send(200)
        await pipeline.work_off(before)
        consumer, store = first.runtime.consumer, first.runtime.tables["count"].partitioned.partitions
        assert isinstance(store, MemoryStore)
        ask, asked, answer = consumer.highwaters, asyncio.Event(), asyncio.Event()
        changelogs = set(pipeline.layout.changelogs)

        async def slowly(*tps: TP) -> Mapping[TP, int | None]:
            ends = await ask(*tps)
            if changelogs & (topics := {tp.topic for tp in tps}) != topics:  # what was recovered, and its input
                asked.set()
                await answer.wait()
            return ends

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consumer, "highwaters", slowly)
            first.launch()
            await asked.wait()
            second.launch()
            await until(lambda: len(store.held()) < pipeline.layout.partitions, what="the second has its share")
            answer.set()
            await pipeline.send(200)
            await pipeline.until_settled()
        assert len(store.held()) == pipeline.layout.partitions // 2
        await first.stop()
        await second.stop()
        assert await pipeline.check() == 0

    play(scenario)


def test_a_rebalance_while_the_state_is_read_begins_the_reading_anew(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        before, first, second = pipeline.worker(), pipeline.worker(), pipeline.worker()
        await pipeline.send(200)
        await before.start()
        await pipeline.until_settled()
        await before.stop()
        app, consumer = first.runtime.app, first.runtime.consumer
        fetch, asked, answer = consumer._getmany, asyncio.Event(), asyncio.Event()

        async def slowly(tps: set[TP], timeout: float) -> Mapping[TP, list[Any]]:
            asked.set()
            if not answer.is_set():
                await asyncio.sleep(0.05)
                return {}
            return await fetch(tps, timeout)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consumer, "_getmany", slowly)
            first.launch()
            await asked.wait()
            generation = app.consumer_generation_id
            second.launch()
            await until(lambda: app.consumer_generation_id > generation, what="the rebalance")
            await asyncio.sleep(1)
            answer.set()
            await pipeline.send(200)
            await until(lambda: pipeline.settled_or_ended(first))
        await first.stop()
        await second.stop()
        assert await pipeline.check() == 0

    play(scenario)


def test_no_batch_is_lost_when_the_flow_is_resumed(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        before, worker = pipeline.worker(), pipeline.worker()
        app, consumer, tables = worker.runtime.app, worker.runtime.consumer, worker.runtime.app.tables
        assert isinstance(tables, Tables)
        seek, deliver = consumer.perform_seek, consumer.callback

        async def sought_for_long() -> None:
            await seek()
            await asyncio.sleep(0.5)

        async def delivered_just_before(message: Message) -> None:
            await deliver(message)
            if not tables.recovery.completed.is_set():
                app.flow_control.resume()  # as the recovery does next; it empties the queues

        await pipeline.send(200)
        await pipeline.work_off(before)
        await pipeline.send(200)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consumer, "perform_seek", sought_for_long)
            patch.setattr(consumer, "callback", delivered_just_before)
            await worker.start()
            await pipeline.until_settled()
        await worker.stop()
        assert await pipeline.check() == 0

    play(scenario)
