import re

import pytest
from typer.main import get_command

from worker.cli.app import COMMANDS, load, run


def ran(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        run(list(arguments))
    return ended.value.code


def test_help_names_the_subcommands_that_there_are() -> None:
    for name, entry in COMMANDS.items():
        listed = re.search(r": ([a-z, ]+)\.$", entry.help)
        if listed:
            assert set(listed[1].split(", ")) == set(getattr(get_command(load(name)), "commands", ())), name


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [(), ("worker",), ("topics",), ("topics", "apply"), ("backfill",), ("test", "fql")])
def test_every_command_tells_its_help(
    command: tuple[str, ...], option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(*command, option) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Usage: " + " ".join(("segment-worker", *command)))
    assert "-h, --help" in shown
