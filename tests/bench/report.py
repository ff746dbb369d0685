"""The values that parts return, and how they are written down as Markdown."""

from collections.abc import Iterable

from msgspec import Struct


class Table(Struct, frozen=True):
    """Figures, ready to be shown; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Bar(Struct, frozen=True):
    """What must be reached. `met` is None where it was not measured in this run."""

    what: str
    needed: str
    measured: str
    met: bool | None


class Section(Struct, frozen=True):
    """What a part found."""

    title: str
    method: str
    tables: tuple[Table, ...] = ()
    bars: tuple[Bar, ...] = ()
    notes: tuple[str, ...] = ()


def at_least(what: str, needed: float, measured: float | None, unit: str = "×") -> Bar:
    """A bar that is met from `needed` on."""
    return _bar(what, f"≥ {needed:g}{unit}", measured, unit, None if measured is None else measured >= needed)


def at_most(what: str, needed: float, measured: float | None, unit: str) -> Bar:
    """A bar that is met up to `needed`."""
    return _bar(what, f"≤ {needed:g}{unit}", measured, unit, None if measured is None else measured <= needed)


def _bar(what: str, needed: str, measured: float | None, unit: str, met: bool | None) -> Bar:
    shown = "not measured" if measured is None else f"{three_digits(measured)}{unit}"
    return Bar(what, needed, shown, met)


def three_digits(value: float) -> str:
    """A figure with about three significant digits, thousands separated."""
    if abs(value) >= 100:
        return f"{round(value, 2 - len(str(int(abs(value))))):,.0f}" if abs(value) >= 1000 else f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def markdown(command: str, machine: Table, limits: Iterable[str], sections: Iterable[Section]) -> str:
    """The whole report."""
    sections = list(sections)
    lines = [
        "# Benchmarks",
        "",
        f"Written by `{command}`; do not edit.",
        "",
        "## What these figures do not say",
        "",
        *(f"* {limit}" for limit in limits),
        "",
        *_table(machine),
    ]
    bars = [bar for section in sections for bar in section.bars]
    if bars:
        rows = tuple((bar.what, bar.needed, bar.measured, _verdict(bar)) for bar in bars)
        lines += _table(Table("The bars", ("", "needed", "measured", "met"), rows))
    for section in sections:
        lines += [f"## {section.title}", "", section.method, ""]
        for table in section.tables:
            lines += _table(table, level=3)
        lines += [f"* {note}" for note in section.notes]
        if section.notes:
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _verdict(bar: Bar) -> str:
    return {True: "yes", False: "**no**", None: "–"}[bar.met]


def _table(table: Table, level: int = 2) -> list[str]:
    rows = [table.columns, *table.rows]
    aligned = ["|---|" + "---:|" * (len(table.columns) - 1)]
    shown = ["| " + " | ".join(row) + " |" for row in rows]
    return [f"{'#' * level} {table.title}", "", shown[0], *aligned, *shown[1:], ""]
