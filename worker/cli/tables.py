"""Text for people: tables with colour on a terminal, unwrapped in a pipe; nothing in it steers the terminal."""

import sys
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from worker.text import printable, printable_lines

_PIPE_WIDTH = 100_000


class HarmlessConsole(Console):
    """A console for what holds other people's text in any form, such as JSON and messages."""

    def __init__(self) -> None:
        super().__init__(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As it would be shown, but for what in its text would steer the terminal; colours and the like are no text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable_lines(segment.text), segment.style)


def new_table(*columns: str, numbers: Collection[str] = (), unbroken: Collection[str] = ()) -> Table:
    """An empty table with these columns; `numbers` stand under each other, `unbroken` ones in one line."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in numbers else "left"
        table.add_column(column, overflow="fold", justify=justify, no_wrap=column in unbroken)
    return table


def add_row(table: Table, *cells: str | None) -> None:
    """One more row; the cells may be anybody's text."""
    table.add_row(*(Text(printable(cell or "")) for cell in cells))


def print_facts(*facts: tuple[str, str | None]) -> None:
    """Names and values below each other; what is None is left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in facts:
        if value is not None:
            table.add_row(name, Text(printable(value)))
    print_all(table)


def screen_width() -> int:
    """How many characters go into a line of standard output; in a pipe, all."""
    return Console().width if sys.stdout.isatty() else _PIPE_WIDTH


def print_all(*things: Table | Text | str) -> None:
    """Print to standard output."""
    console = Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH, color_system=None)
    for thing in things:
        console.print(thing)


def shown_time(seconds: float | None) -> str:
    """Unix seconds as UTC."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):  # no calendar has it
        return str(seconds)
