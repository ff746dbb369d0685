"""All commands together. A command's module is imported when the command is run: `--help` needs none of them."""

import os
import signal
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from worker import __version__
from worker.cli.examples import epilog
from worker.cli.standard_output import drop_output

if TYPE_CHECKING:
    import typer


class Entry(NamedTuple):
    """Where a command is: a function that becomes one, or a Typer app with several."""

    module: str
    name: str
    help: str


COMMANDS: Final = {
    "dev": Entry("dev", "dev", "Start a local Kafka and all roles, send the examples, show what came out."),
    "worker": Entry("roles", "worker", "Run the agents (a role)."),
    "view": Entry("roles", "view", "Keep the workspace in SQLite (a role)."),
    "relay": Entry("roles", "relay", "Deliver the message metrics to Segment (a role)."),
    "kafka": Entry("kafka", "app", "Run Apache Kafka on this machine: start, stop, status."),
    "topics": Entry("topics", "app", "Create the topics by their contracts, or compare them: apply, check."),
    "config": Entry("config_command", "app", "Check the configuration: check."),
    "check": Entry("check", "check", "Check the configuration, keys, files, brokers, topics and the clock."),
    "send": Entry("send", "send", "Send events from files into the running system."),
    "backfill": Entry("backfill", "app", "Replay a topic's past, or files. Also: list, resume, cancel."),
    "test": Entry("tester", "app", "Try an event, fql, mapping, action or webhook without Kafka."),
    "simulate": Entry("simulate", "simulate", "Events on standard input through the real decisions, in one process."),
    "people": Entry("show", "people_app", "Look at the people of the workspace: show."),
    "objects": Entry("show", "objects_app", "Look at the objects (groups) of the workspace: show."),
    "dlq": Entry("dlq", "app", "Dead letters: list, show, replay, drop."),
    "lag": Entry("lag", "lag", "Show what waits in each topic."),
}


ROLES: Final = ("worker", "view", "relay")

PROGRAM: Final = "segment-worker"

USAGE: Final = f"""Usage: {PROGRAM} COMMAND [OPTIONS] [ARGS]...

  A self-hosted bridge between Segment and Customer.io on Kafka.

Options:
  --version   Print the version and exit.
  -h, --help  Show this message and exit. Each command has it too.

Commands:
"""


def run(arguments: list[str]) -> NoReturn:
    """Run the command that `arguments` name, and exit: 0 good, 1 failed, 2 wrong usage.

    Where nobody reads on, as after `| head`, it ends with 1 and without a word.
    """
    first = arguments[0] if arguments else "--help"
    if first in ("-h", "--help"):
        listed = "".join(f"  {name:<10}{entry.help}\n" for name, entry in COMMANDS.items())
        _print(USAGE + listed)
        sys.exit(0 if arguments else 2)
    if first == "--version":
        _print(f"{__version__}\n")
        sys.exit(0)
    if first not in COMMANDS:
        close = get_close_matches(first, COMMANDS, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        sys.stderr.write(f"Error: there is no command {first!r}.{hint} See: {PROGRAM} --help\n")
        sys.exit(2)
    if first in ROLES:
        # Its modules take a second to load; nothing is begun yet. As a container's process 1 it would not hear SIGTERM.
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    _run_command(first, arguments[1:])


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # Typer does the same for the commands
        drop_output()
        sys.exit(1)


def load(name: str) -> "typer.Typer":
    """The command as a Typer app; its module is imported."""
    import typer  # costs more than everything else that --help needs

    entry = COMMANDS[name]
    found = getattr(import_module(f"worker.cli.{entry.module}"), entry.name)
    if isinstance(found, typer.Typer):
        return found
    single = typer.Typer(rich_markup_mode=None, add_completion=False)
    single.command(name, epilog=epilog(name))(found)
    return single


def _run_command(name: str, arguments: list[str]) -> NoReturn:
    from typer.main import get_command

    color = False if os.environ.get("NO_COLOR") else None  # None: as it is a terminal or not
    context = {"help_option_names": ["-h", "--help"], "color": color}
    get_command(load(name))(arguments, prog_name=f"{PROGRAM} {name}", **context)
    sys.exit(0)
