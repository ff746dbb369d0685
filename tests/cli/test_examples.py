"""The examples of --help work: the options exist, and what needs no file and no Kafka is answered."""

import shlex

import orjson
import pytest
from typer.testing import CliRunner

from worker.cli.app import load
from worker.cli.examples import EXAMPLES

ALL = [(command, example) for command, examples in EXAMPLES.items() for example in examples]


@pytest.mark.parametrize(("command", "example"), ALL)
def test_an_example_is_shown_and_has_options_that_exist(command: str, example: str) -> None:
    name, *path = command.split()
    shown = CliRunner().invoke(load(name), [*path, "--help"], terminal_width=80)
    assert f"  {example}\n" in shown.output + "\n"
    words = shlex.split(example.rpartition(" | ")[2])
    assert words[: 2 + len(path)] == ["segment-worker", name, *path]
    assert all(word in shown.output for word in words if word.startswith("--"))


@pytest.mark.parametrize(("command", "example"), [each for each in ALL if " | " in each[1]])
def test_an_example_with_its_own_input_is_answered(command: str, example: str) -> None:
    name, *path = command.split()
    _, request = shlex.split(example.partition(" | ")[0])
    answered = CliRunner().invoke(load(name), [*path, "--json"], input=request)
    assert answered.exit_code == 0
    answer = orjson.loads(answered.stdout)
    assert answer
    assert "error" not in answer
