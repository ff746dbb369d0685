"""Where standard output can't be written, a command says so in one line and fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAID = b"error: standard output can't be written: No space left on device\n"

COMMANDS = [
    "--help",
    "backfill --help",
    "backfill list",
    "backfill resume r --json",
    "config check",
    "simulate",
    "test fql",
]


@pytest.mark.parametrize(
    ("command", "unbuffered"), [("--version", "1"), ("backfill list", "1"), *((one, "") for one in COMMANDS)]
)
def test_a_full_disk(command: str, unbuffered: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "worker", *command.split()],
            stdout=full, stderr=subprocess.PIPE, input=b'{"fql": "type = \\"track\\"", "event": {}}', check=False,
            timeout=60, cwd=tmp_path, env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (1, SAID)


def test_there_need_be_no_standard_output(tmp_path: Path) -> None:
    command = f"exec {sys.executable} -m worker backfill list >&-"
    ended = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False, timeout=60, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize(("command", "answer"), [("simulate", b'{"people":[]'), ("test event", b""), ("test fql", b"")])
def test_there_need_be_no_standard_input(command: str, answer: bytes, tmp_path: Path) -> None:
    command = f"exec {sys.executable} -m worker {command} <&-"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=60, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(answer)


def test_there_need_be_no_standard_error(tmp_path: Path) -> None:
    command = f"exec {sys.executable} -m worker nonsense 2>&-"
    assert subprocess.run(["sh", "-c", command], check=False, timeout=60, cwd=tmp_path).returncode == 2


def test_what_the_locale_has_no_character_for_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("view: {path: 'a…'}", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "worker", "config", "check", "--config", "workspace.yaml"],
        capture_output=True, check=False, timeout=60, cwd=tmp_path, env=os.environ | {"PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert rb"path: a\u2026" in ended.stdout
