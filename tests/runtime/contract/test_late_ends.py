"""A broker that does not know yet where its partitions end, as one that leads no longer: it is asked again."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import pytest
from faust.types import TP

from tests.runtime.conftest import Play
from tests.support import kafka_cluster, memory_cluster
from tests.support.cluster import WorkerHandle
from tests.support.pipeline import Pipeline
from worker.runtime.errors import RecoveryFailed

LATE = 3


def _told_late(patch: pytest.MonkeyPatch, worker: WorkerHandle, topics: Collection[str], late: int = LATE) -> None:
    """Let the `worker` be told lower ends of `topics` the first times that it asks for those of one of its inputs."""
    consumer = worker.runtime.consumer
    ask, left = consumer.highwaters, {True: late, False: late}

    async def highwaters(*tps: TP) -> Mapping[TP, int | None]:
        ends = await ask(*tps)
        changelogs = [consumer._is_changelog_tp(tp) for tp in tps]
        kind = any(changelogs)  # what is asked for what was recovered; else for what was committed
        if all(changelogs) or not left[kind]:
            return ends
        left[kind] -= 1
        return {tp: (end or 0) // 2 if tp.topic in topics else end for tp, end in ends.items()}

    patch.setattr(consumer, "highwaters", highwaters)


@pytest.mark.parametrize("on_disk", [False, True])
def test_ends_that_are_told_too_low_for_a_moment_stop_no_worker(play: Play, tmp_path: Path, *, on_disk: bool) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        quick = kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK
        tuning = msgspec.structs.replace(quick, state_dir=str(tmp_path) if on_disk else None)
        await pipeline.send(200)
        await pipeline.work_off(pipeline.worker(tuning))
        await pipeline.send(200)
        worker = pipeline.worker(tuning)
        with pytest.MonkeyPatch.context() as patch:
            _told_late(patch, worker, [*pipeline.layout.topics, *pipeline.layout.changelogs])
            await pipeline.work_off(worker)
        assert await pipeline.check() == 0

    play(scenario)


@pytest.mark.parametrize("topic", ["in", "second"])
def test_an_end_that_stays_too_low_is_refused(play: Play, topic: str) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        await pipeline.work_off()
        worker, short = pipeline.worker(), pipeline.layout.topic(topic)
        with pytest.MonkeyPatch.context() as patch:
            _told_late(patch, worker, [short], 1000)
            worker.launch()
            with pytest.raises(RecoveryFailed, match=rf"{re.escape(short)}/\d.* ends at \d+: .* made anew"):
                raise await worker.ended()

    play(scenario)
