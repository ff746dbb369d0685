"""Whatever a worker asks of its state on disk fails, once or for ever: nothing is lost, nothing counted twice."""

import shutil
from pathlib import Path

import msgspec
import pytest

from tests.support import checker, virtual_time
from tests.support.cluster import WorkerHandle, until
from tests.support.faults import Kind, Plan
from tests.support.memory_cluster import QUICK, MemoryCluster
from tests.support.pipeline import Pipeline
from tests.support.sqlite_faults import SWEPT, DiskFaults, failing_disk, stopped_by, sweep
from worker.runtime.disk_store import DiskStore
from worker.runtime.errors import RuntimeFault
from worker.runtime.tuning import Tuning

EVENTS = 4


async def trial(plan: Plan, directory: Path) -> DiskFaults:
    """A worker starts on a file that its changelog is ahead of, and works; then one without faults does the rest."""
    on_disk = msgspec.structs.replace(QUICK, state_dir=str(directory))
    pipeline = Pipeline(MemoryCluster(), partitions=1, stages=1)
    await pipeline.create()
    await _undisturbed(pipeline, on_disk)
    await _undisturbed(pipeline, QUICK)
    with failing_disk(plan) as faults:
        faulted = pipeline.worker(on_disk)
        faulted.launch()
        await pipeline.send(EVENTS, keys=2)
        await until(lambda: pipeline.settled_or_ended(faulted), 40.0, "the faulted worker is done or ended")
        await _end(faulted, directory)
    await _undisturbed(pipeline, on_disk)
    await pipeline.check()
    _check_file(directory, checker.newest(await pipeline.cluster.read(pipeline.layout.changelogs[0])))
    return faults


async def _undisturbed(pipeline: Pipeline, tuning: Tuning) -> None:
    await pipeline.send(EVENTS, keys=2)
    await pipeline.work_off(pipeline.worker(tuning))


async def _end(worker: WorkerHandle, directory: Path) -> None:
    with stopped_by(RuntimeFault, str(directory)):
        await worker.stop()


def _check_file(directory: Path, values: dict[bytes, bytes]) -> None:
    store = DiskStore(directory, "counts")
    assert dict(store.partition(0).values) == values
    store.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("kind", "for_ever"), SWEPT)
def test_every_statement_fails(kind: Kind, for_ever: bool, tmp_path: Path) -> None:
    def one(plan: Plan) -> DiskFaults:
        shutil.rmtree(tmp_path / "state", ignore_errors=True)
        return virtual_time.run(trial(plan, tmp_path / "state"))

    failed = sweep(kind, for_ever, one)
    assert failed[0] == "connect"
    assert failed.count("COMMIT") >= 2, "of the changelog that was read, and of a batch"
