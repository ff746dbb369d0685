import os
import re
import signal
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(("no_color", "coloured"), [(None, True), ("", True), ("1", False)])
def test_errors_are_coloured_on_a_terminal_that_may_be(no_color: str | None, coloured: bool, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    if no_color is not None:
        environment["NO_COLOR"] = no_color
    terminal, program = os.openpty()
    try:
        command = [sys.executable, "-m", "worker", "people", "show", "nobody"]  # there is no view here
        ended = subprocess.run(command, stderr=program, cwd=tmp_path, env=environment, check=False, timeout=60)
        assert ended.returncode == 1
        shown = os.read(terminal, 65_536)
    finally:
        os.close(program)
        os.close(terminal)
    assert b"error: " in shown
    assert (b"\x1b[" in shown) is coloured


@pytest.mark.parametrize("command", ["--help", "--version", "worker --help", "config check", "dlq list --help"])
def test_who_reads_no_further_ends_it_quietly(command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "worker", *command.split()],
            stdout=write, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (1, b"")


def test_ctrl_c_while_a_command_is_loaded_ends_it_without_a_traceback() -> None:
    program = (
        "import os, signal, sys; import worker.cli.app as app; from worker.cli import main\n"
        "app.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['segment-worker', 'backfill', 'list']; main()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


@pytest.mark.parametrize(
    ("command", "code"), [("worker", 0), ("view", 0), ("relay", 0), ("backfill list", -signal.SIGTERM)]
)
def test_a_role_that_is_told_to_stop_while_it_is_loaded_ends_well(command: str, code: int) -> None:
    program = (
        "import os, signal, sys; import worker.cli.app as app; from worker.cli import main\n"
        "app.import_module = lambda name: os.kill(os.getpid(), signal.SIGTERM)\n"
        f"sys.argv = ['segment-worker', *'{command}'.split()]; main()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, b"", b"")
