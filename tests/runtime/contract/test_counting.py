"""What a worker does when nothing goes wrong."""

import msgspec

from tests.runtime.conftest import Play
from tests.support import checker, kafka_cluster, memory_cluster
from tests.support.pipeline import Pipeline


def test_two_stages_count_every_event_once_and_in_order(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(600)
        worker = pipeline.worker()
        await worker.start()
        await pipeline.send(300)
        await pipeline.until_settled()
        assert await pipeline.check() == 0
        await worker.stop()
        truth = checker.truth_of(await pipeline.read("in"))
        checker.check_counts(truth, worker.values("count"))
        checker.check_tallies(truth, worker.values("tally"))

    play(scenario)


def test_partitions_of_which_much_waits_are_read_on(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(600)
        tuning = kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK
        worker = pipeline.worker(msgspec.structs.replace(tuning, batch_records=20))
        await worker.start()
        await pipeline.send(300)
        await pipeline.until_settled()
        assert await pipeline.check() == 0
        await worker.stop()

    play(scenario)


def test_a_restart_recovers_the_state_exactly(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(500)
        first = pipeline.worker()
        await pipeline.work_off(first)
        second = pipeline.worker()
        await second.start()
        assert second.values("count") == first.values("count")
        assert second.values("tally") == first.values("tally")
        await pipeline.send(100)
        await pipeline.until_settled()
        await second.stop()
        assert second.skipped("count") == 0
        assert await pipeline.check() == 0

    play(scenario)


def test_a_changelog_batch_is_whole_and_names_its_position_first(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        batches: list[tuple[str, int, list[bytes | None]]] = []
        await pipeline.send(400)
        worker = pipeline.worker(
            on_append=lambda topic, partition, records: batches.append(
                (topic, partition, [record.key for record in records])
            )
        )
        await pipeline.work_off(worker)
        for topic in pipeline.layout.changelogs:
            for partition in range(pipeline.layout.partitions):
                written = [keys for name, number, keys in batches if (name, number) == (topic, partition)]
                found = [record.key for record in await pipeline.cluster.read(topic) if record.partition == partition]
                assert found == [key for keys in written for key in keys]
                assert all(keys[0] == b"\0position" and keys.count(b"\0position") == 1 for keys in written)
        await pipeline.check()

    play(scenario)


def test_a_graceful_stop_commits_everything_done_and_leaves_the_group_at_once(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(3000)
        first = pipeline.worker()
        await first.start()
        took_s = await pipeline.timed(first.stop())
        assert took_s < 10
        committed = await pipeline.cluster.committed(pipeline.layout.app_id, pipeline.layout.topic("in"))
        done = checker.positions(await pipeline.cluster.read(pipeline.layout.changelogs[0]))
        assert {partition: offset + 1 for partition, offset in done.items()} == committed
        second = pipeline.worker()
        took_s = await pipeline.timed(second.start())
        assert took_s < 3, "the first one's session had to run out"
        await pipeline.until_settled()
        await second.stop()
        assert second.skipped("count") == 0
        assert await pipeline.check() == 0

    play(scenario)
