"""State on disk: a restart goes on from the file; whatever is wrong with the file, the changelog stays the truth."""

from pathlib import Path

import msgspec
import pytest

from tests.runtime.conftest import Play
from tests.support import kafka_cluster, memory_cluster
from tests.support.cluster import WorkerHandle, until
from tests.support.damage import damage_values
from tests.support.obstacles import Crash
from tests.support.pipeline import Pipeline
from worker.runtime.disk_store import DiskPartitionState
from worker.runtime.errors import DeliveryFailed, RecoveryFailed, RuntimeFault
from worker.runtime.tuning import Tuning


def _tuning(pipeline: Pipeline, directory: Path) -> Tuning:
    quick = kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK
    return msgspec.structs.replace(quick, state_dir=str(directory))


async def _run_to_the_end(pipeline: Pipeline, directory: Path) -> WorkerHandle:
    worker = pipeline.worker(_tuning(pipeline, directory))
    await worker.start()
    await pipeline.until_settled()
    held = worker.values("count")
    await worker.stop()
    assert set(held) == {b"k%d" % number for number in range(20)}
    return worker


def _counts(directory: Path, partition: int = 0) -> DiskPartitionState:
    return DiskPartitionState(directory / f"counts-{partition}.sqlite")


def test_a_restart_reads_only_what_is_new(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await _run_to_the_end(pipeline, tmp_path)
        state = _counts(tmp_path)
        state.values[b"k0-mark"] = state.values[b"k0"]  # not in the changelog: gone if that were read from its start
        state.close()
        await pipeline.send(200)
        worker = pipeline.worker(_tuning(pipeline, tmp_path))
        await worker.start()
        await pipeline.until_settled()
        assert b"k0-mark" in worker.values("count")
        await worker.stop()
        await pipeline.check()

    play(scenario)


def test_a_crash_between_changelog_and_file_loses_and_doubles_nothing(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(400)
        for at, after in ((3, True), (2, False)):
            crashing = pipeline.worker(
                _tuning(pipeline, tmp_path),
                lambda inner, at=at, after=after: Crash(inner, at, after=after),  # type: ignore[misc]
            )
            crashing.launch()
            assert isinstance(await crashing.ended(), DeliveryFailed)
        await _run_to_the_end(pipeline, tmp_path)
        await pipeline.check()

    play(scenario)


def test_a_damaged_file_is_read_again_from_the_changelog(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await _run_to_the_end(pipeline, tmp_path)
        (tmp_path / "counts-0.sqlite").write_bytes(b"no database at all" * 1000)
        await pipeline.send(200)
        await _run_to_the_end(pipeline, tmp_path)
        await pipeline.check()

    play(scenario)


def test_damage_among_the_values_stops_the_worker_once(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await _run_to_the_end(pipeline, tmp_path)
        damage_values(tmp_path / "counts-0.sqlite")
        await pipeline.send(200)
        worker = pipeline.worker(_tuning(pipeline, tmp_path))
        worker.launch()
        problem = await worker.ended()
        assert isinstance(problem, RuntimeFault)
        assert f"{tmp_path / 'counts-0.sqlite'} is damaged" in str(problem)
        await _run_to_the_end(pipeline, tmp_path)
        await pipeline.check()

    play(scenario)


def test_a_file_that_does_not_belong_to_the_changelog_is_thrown_away(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await _run_to_the_end(pipeline, tmp_path)
        state = _counts(tmp_path)
        state.applied({b"foreign": b'{"n":1}'}, state.position, {}, state.changelog_offset + 1000)
        state.close()
        worker = pipeline.worker(_tuning(pipeline, tmp_path))
        worker.launch()
        assert isinstance(await worker.ended(), RecoveryFailed)
        await pipeline.send(100)
        await _run_to_the_end(pipeline, tmp_path)
        await pipeline.check()

    play(scenario)


def test_two_workers_do_not_share_a_directory(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(40)
        worker = pipeline.worker(_tuning(pipeline, tmp_path))
        await worker.start()
        with pytest.raises(RuntimeFault, match="state_dir of its own"):
            pipeline.worker(_tuning(pipeline, tmp_path))
        await worker.stop()

    play(scenario)


def test_what_was_another_worker_s_meanwhile_is_read_anew(play: Play, tmp_path: Path) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        first = pipeline.worker(_tuning(pipeline, tmp_path / "first"))
        await first.start()
        await pipeline.until_settled()
        second = pipeline.worker(_tuning(pipeline, tmp_path / "second"))
        await second.start()
        await until(lambda: bool(second.values("count")), what="it has partitions")
        await pipeline.send(200)
        await pipeline.until_settled()
        await second.stop()
        await pipeline.send(200)
        await pipeline.until_settled()
        await first.stop()
        await pipeline.check()

    play(scenario)
