"""How commands show that they get on: a progress bar on a terminal, plain lines elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

_LINE_EVERY_S = 2.0


class ProgressDisplay:
    """Shows on standard error how far something is: a bar on a terminal, else a line at most every 2 seconds."""

    def __init__(self, doing: str, unit: str, *, quiet: bool = False) -> None:
        """`doing` is a verb phrase ("sending events"), `unit` a plural noun; a quiet display shows nothing."""
        self._doing = doing
        self._unit = unit
        self._quiet = quiet
        self._first: tuple[float, int] | None = None
        """When it was told first, and what was done by then."""
        self._next_line = 0.0
        self._last_line = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            share = TaskProgressColumn(text_format_no_percentage=f"{{task.completed:,}} {self._unit}")
            columns = (TextColumn("{task.description}"), BarColumn(), share, TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar and self._task is not None:
            self._bar.stop()

    def update(self, done: int, total: int | None = None, detail: str = "") -> None:
        """Now `done` of `total` are done (None: it is not known); a bar shows its `detail` instead of what is done."""
        if self._bar:
            if self._task is None:  # nothing is drawn when there is nothing to show
                self._bar.start()
                self._task = self._bar.add_task(self._doing, total=total)
            self._bar.update(self._task, completed=done, total=total, description=detail or self._doing)
        elif not self._quiet:
            self._print(done, total, detail)

    def _print(self, done: int, total: int | None, detail: str) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now, done
        if now < self._next_line and done != total:
            return
        self._next_line = now + _LINE_EVERY_S
        of = "" if total is None else f" of {total:,}"
        behind = f"; {detail}" if detail else ""
        line = f"{self._doing}: {done:,}{of} {self._unit}{_left(self._first, now, done, total)}{behind}"
        if line != self._last_line:
            typer.echo(line, err=True)
        self._last_line = line


def _left(first: tuple[float, int], now: float, done: int, total: int | None) -> str:
    """How long it will take, by how long it took since it was told `first`."""
    began, before = first
    if total is None or not before < done < total or now - began < 1:
        return ""
    return f", some {(now - began) * (total - done) / (done - before):,.0f} s left"
