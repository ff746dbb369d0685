from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner, Result

from tests.support.broker import Broker
from worker.cli.topics import app
from worker.jsontypes import JsonObject
from worker.local.ports import HOST, free_ports
from worker.topics.contracts import load_contracts


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def lines(result: Result) -> list[JsonObject]:
    return [msgspec.json.decode(line, type=JsonObject) for line in result.stdout.splitlines()]


def configuration(directory: Path, bootstrap: str) -> str:
    name = f"test-{uuid4().hex}"
    path = directory / "workspace.yaml"
    path.write_text(
        f"kafka:\n  bootstrap_servers: ['{bootstrap}']\n  topic_prefix: {name}.\n  app_id: {name}\n  partitions: 2\n"
    )
    return str(path)


@pytest.mark.broker
def test_check_apply_check(broker: Broker, tmp_path: Path) -> None:
    config = configuration(tmp_path, broker.bootstrap)
    count = len(load_contracts())
    missing = run("check", "--config", config)
    assert missing.exit_code == 1
    assert "segment.events is missing" in missing.stdout
    assert f"{count} topics: 0 created, {count} not as their contracts have them" in missing.stdout
    assert "what to do about each: segment-worker check" in missing.stdout

    applied = run("apply", "--config", config, "--json")
    assert applied.exit_code == 0, applied.output
    assert lines(applied)[-1] == {"topics": count, "created": count, "differences": 0}
    assert len(lines(applied)) == count + 1

    assert run("check", "--config", config).exit_code == 0
    others = run("check", "--config", config, "--partitions", "3", "--json")
    assert others.exit_code == 1
    assert {line.get("what") for line in lines(others)[:-1]} == {"partitions"}
    assert "partitions is 2, not 3" in run("apply", "--config", config, "--partitions", "3").stdout


def test_no_broker_is_exit_code_1_and_says_what_to_do(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    config = configuration(tmp_path, f"{HOST}:{port}")
    result = run("apply", "--config", config, "--timeout", "0.2")
    assert result.exit_code == 1
    assert f"no Kafka answers at {HOST}:{port}" in result.stderr
    assert "segment-worker kafka start" in result.stderr
    assert "no Kafka" in str(lines(run("check", "--config", config, "--timeout", "0.2", "--json"))[0]["error"])


def test_a_bad_configuration_is_exit_code_2_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "workspace.yaml"
    path.write_text("kafka:\n  partitions: many\n")
    result = run("check", "--config", str(path))
    assert result.exit_code == 2
    assert "workspace.yaml:2" in result.stderr


@pytest.mark.parametrize("arguments", [["apply", "--partitions", "0"], ["check", "--nonsense"], ["nonsense"]])
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
