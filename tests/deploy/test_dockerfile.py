"""The Dockerfile: by hadolint, and by what it must keep to so that the program behaves in it."""

import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml

from tests.deploy.commands import parse
from tests.deploy.queries import DEPLOY

ROOT = DEPLOY.parent
DOCKERFILE = DEPLOY / "Dockerfile"


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in text.splitlines() if line.strip()]


def last(name: str) -> str:
    return [value for instruction, value in instructions() if instruction == name][-1]


def lint(text: str) -> list[str]:
    """The codes of hadolint's findings."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), "--format", "json", "-"],
        input=text, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    return [finding["code"] for finding in orjson.loads(done.stdout)]


def test_the_linter_finds_nothing() -> None:
    assert lint(DOCKERFILE.read_text()) == []


def test_the_linter_would_find_something() -> None:
    assert "DL3025" in lint(DOCKERFILE.read_text() + "CMD python -m worker\n")
    assert "DL3002" in lint(DOCKERFILE.read_text() + "USER root\n")


def test_several_stages_and_the_lock_file_first() -> None:
    stages = [value for name, value in instructions() if name == "FROM"]
    assert len(stages) == 3
    copies = [value for name, value in instructions() if name == "COPY"]
    assert copies[0] == "requirements.lock ./"
    installs = [number for number, (name, value) in enumerate(instructions()) if name == "RUN" and "install" in value]
    program = next(number for number, each in enumerate(instructions()) if each == ("COPY", "worker worker"))
    assert installs[0] < program
    assert "--require-hashes" in instructions()[installs[0]][1]


def test_it_runs_as_nobody_special_and_gets_its_signals() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last("USER"))
    assert orjson.loads(last("ENTRYPOINT")) == ["python", "-m", "worker"]
    assert orjson.loads(last("CMD")) == ["--help"]
    assert last("STOPSIGNAL") == "SIGTERM"
    assert "PYTHONUNBUFFERED=1" in " ".join(value for name, value in instructions() if name == "ENV")


@pytest.mark.parametrize("name", ["workspace.compose.yaml", "kubernetes/workspace.yaml"])
def test_the_port_it_exposes_is_the_one_that_is_served(name: str) -> None:
    assert yaml.safe_load((DEPLOY / name).read_text())["monitoring"]["port"] == int(last("EXPOSE"))


def test_what_is_copied_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"}
    sources = {value.split()[0] for name, value in instructions() if name == "COPY" and "--from" not in value}
    assert sources == kept
    for source in sources:
        assert (ROOT / source).exists()


def test_the_python_is_one_that_the_project_supports() -> None:
    assert {value.split()[0] for name, value in instructions() if name == "FROM" and "python" in value} == {
        "python:3.11-slim-bookworm"
    }
    assert parse(["worker", "--config", "x", "--instance-id", "y"]) == ["worker"]
