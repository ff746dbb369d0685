"""What came out, for the person in front of the terminal."""

from collections import Counter
from pathlib import Path
from typing import Self

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.dev.examples import SentExamples
from worker.dev.settled import Settling
from worker.dev.system import System
from worker.jsontypes import Json
from worker.text import printable, printable_lines
from worker.view.read.devices import devices
from worker.view.read.documents import Device, ObjectLine, PersonLine, Summary
from worker.view.read.objects import objects
from worker.view.read.people import people
from worker.view.read.summary import summary

SHOWN = 12
"""Rows of each table."""


class Report(Struct, frozen=True):
    """The workspace, the message metrics and the dead letters after a run."""

    summary: Summary
    people: list[PersonLine]
    objects: list[ObjectLine]
    devices: list[Device]
    metrics: int
    metric_names: dict[str, int]
    dead_letters: dict[str, int]
    waiting: int
    sent: SentExamples | None
    seconds: float
    failure: str | None

    @property
    def complete(self) -> bool:
        """Whether everything came through, and something did."""
        return self.failure is None and self.waiting == 0 and self.summary.people > 0

    @classmethod
    async def make(
        cls, system: System, view_path: Path, settling: Settling, sent: SentExamples | None, seconds: float
    ) -> Self:
        """Collect it."""
        return cls(
            summary=await summary(view_path),
            people=await people(view_path, SHOWN),
            objects=await objects(view_path, SHOWN),
            devices=await devices(view_path, SHOWN),
            metrics=system.metrics_count,
            metric_names=_count_names(system.metrics),
            dead_letters=system.dead_letters(),
            waiting=settling.waiting,
            sent=sent,
            seconds=seconds,
            failure=None if system.problem is None else f"{type(system.problem).__name__}: {system.problem}",
        )

    def totals(self) -> str:
        """The workspace in one line."""
        number = self.summary
        return (
            f"{number.people} people, {sum(kind.objects for kind in number.objects)} objects, "
            f"{number.devices} devices, "
            f"{number.waiting} calls waiting, {self.metrics} message metrics, "
            f"{sum(self.dead_letters.values())} dead letters since the start"
        )


def print_report(console: Console, report: Report) -> None:
    """Print it: tables with colours on a terminal, plain ones elsewhere."""
    _people(console, report)
    _objects(console, report)
    _devices(console, report)
    _metrics(console, report)
    _dead_letters(console, report)
    _heading(console, f"The workspace: {report.totals()}")
    if report.sent is not None:
        records = report.sent.events + report.sent.webhooks
        console.print(
            f"{records} records went all the way through in {report.seconds:.1f} s "
            f"({records / report.seconds:,.0f}/s, mostly waiting to be sure of it; `make bench` measures)",
            soft_wrap=True,
        )
    if report.failure is not None:
        console.print(Text(f"FAILED: {printable_lines(report.failure)}", style="bold red"))
    elif report.waiting:
        console.print(f"FAILED: {report.waiting} records were not worked through", style="bold red")
    elif report.summary.people:
        console.print("Everything came through.", style="green")


def _heading(console: Console, text: str) -> None:
    console.print("", Text(text, style="bold"), sep="\n", soft_wrap=True)


def _add_row(table: Table, *cells: str) -> None:
    """One more row; the cells may be anybody's text."""
    table.add_row(*(Text(printable(cell)) for cell in cells))


def _people(console: Console, report: Report) -> None:
    total = report.summary.people
    which = "the newest first" if total <= SHOWN else f"the newest {SHOWN} of them"
    _heading(console, f"People: {total}, {which}")
    table = Table("id", "email", "cio_id", box=None, pad_edge=False)
    for person in report.people:
        _add_row(table, person.id or "–", person.email or "–", person.cio_id)
    console.print(table, "[dim]more: .venv/bin/segment-worker people show ID[/dim]", sep="\n")


def _objects(console: Console, report: Report) -> None:
    kinds = ", ".join(
        f"{kind.objects} {kind.name or 'unnamed'} (type {kind.object_type_id})" for kind in report.summary.objects
    )
    total = sum(kind.objects for kind in report.summary.objects)
    _heading(console, f"Groups (objects): {kinds or 'none'}{_cut(total)}")
    table = Table("type", "object", "people", box=None, pad_edge=False)
    for one in report.objects:
        _add_row(table, f"{one.object_type_id} {one.type_name or ''}", one.object_id, str(one.people))
    console.print(table, "[dim]more: .venv/bin/segment-worker objects show ID[/dim]", sep="\n")


def _devices(console: Console, report: Report) -> None:
    _heading(console, f"Devices: {report.summary.devices}{_cut(report.summary.devices)}")
    table = Table("token", "platform", "of", box=None, pad_edge=False)
    for device in report.devices:
        _add_row(table, _shortened(device.token), device.platform, device.cio_id or "nobody")
    console.print(table)


def _metrics(console: Console, report: Report) -> None:
    _heading(console, f"Message metrics that Segment would get: {report.metrics}")
    table = Table("event", "times", box=None, pad_edge=False)
    for name, count in sorted(report.metric_names.items(), key=lambda row: (-row[1], row[0])):
        _add_row(table, name, str(count))
    console.print(table)


def _dead_letters(console: Console, report: Report) -> None:
    total = sum(report.dead_letters.values())
    _heading(console, f"Dead letters in this run: {total} (some are bad on purpose)")
    table = Table("reason", "records", box=None, pad_edge=False)
    for reason, count in sorted(report.dead_letters.items()):
        table.add_row(reason, str(count))
    console.print(table)


def _cut(total: int) -> str:
    return "" if total <= SHOWN else f"; the first {SHOWN} of them"


def _count_names(metrics: list[Json]) -> dict[str, int]:
    return dict(Counter(str(metric.get("event")) for metric in metrics if isinstance(metric, dict)))


def _shortened(token: str) -> str:
    return token if len(token) <= 24 else f"{token[:20]}…"
