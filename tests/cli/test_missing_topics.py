"""Commands that read topics where these are missing, or no broker is: they say so soon."""

import time
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.support.broker import Broker
from worker.cli.app import load
from worker.local.ports import free_ports

COMMANDS = (["lag"], ["dlq", "list"], ["backfill"], ["backfill", "--dry-run"], ["test", "event", "--send"])
EVENT = '{"type": "page", "userId": "u1"}'


def configuration(directory: Path, bootstrap: str) -> str:
    path = directory / "workspace.yaml"
    kafka = {"bootstrap_servers": [bootstrap], "topic_prefix": "nowhere.", "app_id": "nobody"}
    path.write_bytes(orjson.dumps({"kafka": kafka}))
    return str(path)


@pytest.mark.broker
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_missing_topic_is_named(command: list[str], broker: Broker, tmp_path: Path) -> None:
    began = time.monotonic()
    done = CliRunner().invoke(
        load(command[0]), [*command[1:], "--config", configuration(tmp_path, broker.bootstrap)], input=EVENT
    )
    assert done.exit_code == 1
    assert "there is no topic nowhere." in done.output
    assert "topics apply" in done.output
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_broker_that_is_down_is_named(command: list[str], tmp_path: Path) -> None:
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    done = CliRunner().invoke(
        load(command[0]), [*command[1:], "--config", configuration(tmp_path, address)], input=EVENT
    )
    assert done.exit_code == 1
    assert f"no Kafka answers at {address}" in done.output
