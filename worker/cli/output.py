"""How commands speak: NDJSON with `--json`, else text."""

from typing import Annotated, TypeAlias

import msgspec
import typer
from msgspec import Struct

from worker.text import printable_lines

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print NDJSON instead of text.")]


class Problem(Struct, frozen=True):
    """The line that a failed command prints with `--json`."""

    error: str
    hint: str | None = None


def emit(value: Struct) -> None:
    """Print `value` as one line of JSON."""
    typer.echo(msgspec.json.encode(value))


def failed(problem: Problem, as_json: bool, code: int = 1) -> typer.Exit:
    """Print why the command failed (JSON to standard output, text to standard error); raise what this returns."""
    if as_json:
        emit(problem)
    else:
        typer.secho(f"error: {printable_lines(problem.error)}", fg="red", err=True)
        if problem.hint:
            typer.echo(f"  → {printable_lines(problem.hint)}", err=True)
    return typer.Exit(code)
