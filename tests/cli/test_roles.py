"""Starting a role where something is wrong: a clear text, and an exit code."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.pipeline.deployment import setup
from tests.support.admin import administering
from tests.support.broker import Broker
from worker.local.ports import free_ports
from worker.runtime.resend import Copy, resender
from worker.topics import names
from worker.topics.check import check


def run(config: dict[str, object], directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = directory / "workspace.yaml"
    path.write_bytes(orjson.dumps(config))
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments, "--config", str(path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@contextmanager
def started(port: int, directory: Path, role: str) -> Iterator[subprocess.Popen[str]]:
    """A role of a deployment whose broker is said to be at `port`; it is killed at the end."""
    path = directory / "workspace.yaml"
    path.write_bytes(orjson.dumps({"kafka": {"bootstrap_servers": [f"127.0.0.1:{port}"]}}))
    command = [sys.executable, "-m", "worker", role, "--config", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> int:
    """The exit code after SIGTERM; TimeoutExpired when it takes longer than an orchestrator may wait."""
    process.send_signal(signal.SIGTERM)
    return process.wait(10.0)


@pytest.mark.timeout(120)
@pytest.mark.slow
def test_without_a_broker_it_waits_and_then_says_what_to_do(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    done = run({"kafka": {"bootstrap_servers": [f"127.0.0.1:{port}"]}}, tmp_path, "worker")
    assert done.returncode == 1
    assert "broker_unreachable" in done.stderr
    assert f"no Kafka broker answers at 127.0.0.1:{port}" in done.stderr
    assert "segment-worker kafka start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(60)
@pytest.mark.parametrize("role", ["worker", "view", "relay"])
def test_it_ends_when_told_to_while_no_broker_is_there(role: str, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with started(port, tmp_path, role) as process:
        assert process.stderr is not None
        assert any("broker_unreachable" in line for line in process.stderr)
        assert ended(process) == 0


@pytest.mark.timeout(60)
def test_it_ends_when_told_to_while_a_broker_does_not_answer(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        started(silent.getsockname()[1], tmp_path, "view") as process,
    ):
        silent.settimeout(20.0)
        connection, _ = silent.accept()
        with connection:
            assert ended(process) == 0


@pytest.mark.broker
@pytest.mark.timeout(120)
def test_without_its_topics_it_refuses_to_start(broker: Broker, tmp_path: Path) -> None:
    config: dict[str, object] = {
        "kafka": {"bootstrap_servers": [broker.bootstrap], "topic_prefix": "missing.", "app_id": "missing"}
    }
    done = run(config, tmp_path, "worker")
    assert done.returncode == 1
    assert "segment-worker topics apply" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.broker
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "settings",
    [
        {"cleanup.policy": "delete"},
        {"cleanup.policy": "compact,delete"},
        {"cleanup.policy": "compact,delete", "retention.ms": "-1", "retention.bytes": "1000000"},
    ],
)
async def test_on_a_changelog_that_loses_state_it_refuses_to_start(
    broker: Broker, tmp_path: Path, settings: dict[str, str]
) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        changelog = names.changelog_of("people", running.deployment.group)
        async with administering(broker.bootstrap) as admin:
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, changelog, settings)])
        async with asyncio.timeout(10):
            while not await check(running.deployment.connection, running.deployment.contracts):
                await asyncio.sleep(0.1)  # brokers learn of it one after the other
        with running.start("worker") as role:
            try:
                assert await asyncio.to_thread(role.wait, 60) == 1
            finally:
                role.kill()
    text = (tmp_path / "worker.log").read_text()
    assert changelog in text
    assert "set cleanup.policy=compact" in text


@pytest.mark.parametrize("role", ["worker", "view", "relay"])
def test_a_wrong_configuration_is_refused_with_all_its_problems(role: str, tmp_path: Path) -> None:
    done = run({"kafak": {}, "worker": {"stall_s": "soon"}, "\x1b[2J": 1}, tmp_path, role)
    assert done.returncode == 2
    assert "kafak" in done.stderr
    assert "kafka" in done.stderr
    assert "stall_s" in done.stderr
    assert "\x1b" not in done.stderr


def test_an_unknown_command_is_met_with_the_nearest_one(tmp_path: Path) -> None:
    done = run({}, tmp_path, "wroker")
    assert done.returncode == 2
    assert "Did you mean 'worker'?" in done.stderr


@pytest.mark.broker
@pytest.mark.timeout(120)
async def test_a_relay_whose_output_nobody_reads_ends_with_a_reason(broker: Broker, tmp_path: Path) -> None:
    (event, *_) = sorted(Path("topics/examples/segment.message-metrics/v1/valid").glob("*.json"))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        async with resender(running.deployment.connection) as sender:
            await sender.send(running.topic(names.MESSAGE_METRICS), 0, [Copy(b"k", event.read_bytes(), [])])
        read, write = os.pipe()
        os.close(read)
        command = [sys.executable, "-m", "worker", "relay", "--print", "--config", str(running.config)]
        try:
            done = await asyncio.to_thread(
                subprocess.run, command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False
            )
        finally:
            os.close(write)
        assert done.returncode == 1
        assert "standard output can't be written: Broken pipe" in done.stderr
        assert "Traceback" not in done.stderr
