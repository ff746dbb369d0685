import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from worker.cli.kafka import app
from worker.jsontypes import JsonObject
from worker.local.ports import HOST, free_ports
from worker.local.process import is_running


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def answer(result: Result) -> JsonObject:
    return msgspec.json.decode(result.stdout, type=JsonObject)


@pytest.mark.broker
def test_start_status_and_stop(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    place = ("--dir", str(tmp_path))
    stopped = run("status", *place)
    assert stopped.exit_code == 1
    assert "Kafka is stopped" in stopped.stdout

    started = run("start", *place, "--port", str(port), "--json")
    try:
        assert started.exit_code == 0, started.output
        assert answer(started)["bootstrap"] == f"{HOST}:{port}"
        again = run("start", *place)
        assert again.exit_code == 0
        assert f"Kafka is running at {HOST}:{port}" in again.stdout
        found = run("status", *place, "--json")
        assert found.exit_code == 0
        assert answer(found) == answer(started)

        elsewhere = run("start", "--dir", str(tmp_path / "other"), "--port", str(port), "--json")
        assert elsewhere.exit_code == 1
        assert "in use" in str(answer(elsewhere)["error"])
    finally:
        ended = run("stop", *place, "--json")
    assert ended.exit_code == 0
    assert answer(ended) == {"state": "stopped", "was_running": True}
    assert run("status", *place).exit_code == 1
    assert "does not run" in run("stop", *place).stdout


def test_a_note_of_a_process_that_is_no_longer_ours_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "broker.json").write_bytes(msgspec.json.encode({"pid": os.getpid(), "port": 1}))
    assert run("status", "--dir", str(tmp_path)).exit_code == 1
    assert "does not run" in run("stop", "--dir", str(tmp_path)).stdout
    (tmp_path / "broker.json").write_text("not json")
    assert run("status", "--dir", str(tmp_path)).exit_code == 1


def test_a_problem_is_told_with_what_to_do(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with socket.create_server((HOST, port)):
        result = run("start", "--dir", str(tmp_path), "--port", str(port))
    assert result.exit_code == 1
    assert f"port {port}" in result.stderr
    assert "→ end that program" in result.stderr


def test_what_is_no_directory_has_no_kafka_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("stop", "--dir", str(tmp_path / "file"))
    assert (result.exit_code, result.stdout) == (0, "Kafka does not run\n")


def test_another_users_kafka_is_left_to_that_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(pid: int, number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    marker = str(tmp_path / "server.properties")
    with subprocess.Popen([sys.executable, "-c", "input()", marker], stdin=subprocess.PIPE) as theirs:
        while not is_running(theirs.pid, marker):  # a process that has just begun has no command line yet
            time.sleep(0.01)
        (tmp_path / "broker.json").write_bytes(msgspec.json.encode({"pid": theirs.pid, "port": 1}))
        monkeypatch.setattr(os, "kill", refused)
        result = run("stop", "--dir", str(tmp_path))
        theirs.communicate(b"\n")
    assert result.exit_code == 1
    assert "can't stop the Kafka of" in result.stderr
    assert "the user" in result.stderr
    assert (tmp_path / "broker.json").exists()


@pytest.mark.parametrize("arguments", [["start", "--port", "0"], ["start", "--nonsense"], ["nonsense"]])
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
