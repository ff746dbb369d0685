"""Whether a command that a deployment starts is one that the program has."""

from collections.abc import Sequence

from typer.main import get_command

from worker.cli.app import COMMANDS, load

ROLES = {name for name, entry in COMMANDS.items() if entry.help.endswith("(a role).")}


def parse(arguments: Sequence[str]) -> list[str]:
    """The command's words, e.g. ["topics", "apply"]. Raises KeyError, or what typer raises for wrong options."""
    words = [arguments[0]]
    command = get_command(load(arguments[0]))
    rest = list(arguments[1:])
    while (group := getattr(command, "commands", None)) is not None:
        words.append(rest[0])
        command = group[rest.pop(0)]
    command.make_context(command.name, rest)
    return words


def config_of(arguments: Sequence[str]) -> str:
    """The configuration that a command is given."""
    return arguments[list(arguments).index("--config") + 1]
