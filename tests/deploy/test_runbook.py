"""The steps of deploy/README.md on a real Kafka, while events come in: the workspace is that of an undisturbed run."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.events import histories
from tests.pipeline.outcome import read_all, undisturbed, workspace_of
from tests.support.admin import administering
from tests.support.broker import Broker
from worker.config import load_config
from worker.deployment import make_deployment
from worker.topics import names
from worker.topics.apply import apply
from worker.topics.cluster import connect

pytestmark = [pytest.mark.broker, pytest.mark.slow]

READY = b'"event": "ready"'

Workers = dict[str, subprocess.Popen[bytes]]


async def send_slowly(running: Setup, values: list[bytes]) -> None:
    for start in range(0, len(values), 100):
        await running.send(values[start : start + 100])
        await asyncio.sleep(0.5)


async def stop(workers: Workers, name: str) -> None:
    assert await asyncio.to_thread(end, workers.pop(name)) == 0


async def start(running: Setup, workers: Workers, name: str) -> None:
    """Start a worker under its name, and wait until it works."""
    log = running.config.with_name("worker.log")
    before = log.read_bytes().count(READY) if log.exists() else 0
    workers[name] = running.start("worker", "--instance-id", name)
    async with asyncio.timeout(40):
        while log.read_bytes().count(READY) == before:
            assert workers[name].poll() is None, log.read_text()[-2000:]
            await asyncio.sleep(0.2)


async def restart_one_by_one(running: Setup, workers: Workers) -> None:
    """An upgrade, and a rollback: the pods of a StatefulSet, each under its name."""
    for name in list(workers):
        await stop(workers, name)
        await start(running, workers, name)


DERIVED = (*names.KEYED, names.WORKSPACE_CHANGES)


async def delete_what_is_derived(running: Setup) -> None:
    topics = [running.topic(name) for name in DERIVED]
    async with administering(running.bootstrap) as admin:
        await admin.delete_topics(topics)
    async with connect(running.deployment.connection) as cluster, asyncio.timeout(20):
        while await cluster.topics(topics):
            await asyncio.sleep(0.2)


def under_another_app_id(running: Setup) -> Setup:
    """The same deployment, but for the state: its changelogs are new and empty."""
    config = orjson.loads(running.config.read_bytes())
    config["kafka"]["app_id"] += "-2"
    running.config.write_bytes(orjson.dumps(config))
    return Setup(make_deployment(load_config(running.config)), running.config, running.bootstrap)


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Those that run, by name; none outlives the test."""
    running: Workers = {}
    yield running
    for process in running.values():
        process.kill()
        process.wait(10)


@pytest.mark.timeout(300)
async def test_scaling_upgrades_and_recovery_change_nothing(broker: Broker, tmp_path: Path, workers: Workers) -> None:
    events = histories(60, 40, 7)
    async with setup(broker.bootstrap, tmp_path) as running:
        expected = undisturbed(events, running.deployment.config)
        sending = asyncio.create_task(send_slowly(running, [orjson.dumps(event) for event in events]))
        for name in ("worker-0", "worker-1"):
            await start(running, workers, name)
        await start(running, workers, "worker-2")  # scaling out
        await restart_one_by_one(running, workers)
        workers["worker-1"].kill()  # a machine is lost; another pod gets the name
        workers.pop("worker-1").wait(10)
        await start(running, workers, "worker-1")
        await stop(workers, "worker-2")  # scaling in
        await sending
        await running.settled(90)
        for name in list(workers):
            await stop(workers, name)
        assert workspace_of(await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))) == expected

        await delete_what_is_derived(running)  # the state is lost: all is decided again
        rebuilt = under_another_app_id(running)
        await apply(rebuilt.deployment.connection, rebuilt.deployment.contracts)
        await start(rebuilt, workers, "worker-0")
        await rebuilt.settled(90)
        await stop(workers, "worker-0")
        changes = await read_all(broker.bootstrap, rebuilt.topic(names.WORKSPACE_CHANGES))
    assert workspace_of(changes) == expected
