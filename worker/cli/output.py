"""How commands speak: NDJSON with `--json`, else text; a progress bar on a terminal and plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Annotated, Self, TypeAlias

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from worker.text import printable_lines

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print NDJSON instead of text.")]

_LINE_EVERY_SECONDS = 2.0


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


class Meter:
    """Shows on standard error how far something is: a bar on a terminal, else a line at most every 2 seconds."""

    def __init__(self, doing: str, unit: str, quiet: bool = False) -> None:
        """`doing` is a verb phrase ("sending events"), `unit` a plural noun; a quiet meter shows nothing."""
        self._doing = doing
        self._unit = unit
        self._quiet = quiet
        self._next_line = 0.0
        self._last_line = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar and self._task is not None:
            self._bar.stop()

    def update(self, done: int, total: int | None = None) -> None:
        """Now `done` of `total` are done; None where the total is not known."""
        if self._bar:
            if self._task is None:  # nothing is drawn when there is nothing to show
                self._bar.start()
                self._task = self._bar.add_task(self._doing, total=total)
            self._bar.update(self._task, completed=done, total=total)
        elif not self._quiet and (time.monotonic() >= self._next_line or done == total):
            self._next_line = time.monotonic() + _LINE_EVERY_SECONDS
            of = "" if total is None else f" of {total:,}"
            line = f"{self._doing}: {done:,}{of} {self._unit}"
            if line != self._last_line:
                typer.echo(line, err=True)
            self._last_line = line
