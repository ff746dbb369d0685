"""Backfills as text: how far one is, the list, and what a dry run found."""

import time

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from worker.backfill.plan import Files, Plan, Run, TopicRange, first_progress
from worker.backfill.run import Status
from worker.backfill.summary import Summary
from worker.cli.progress_display import ProgressDisplay
from worker.cli.tables import add_row, new_table, print_all, shown_time
from worker.jsontypes import Json
from worker.segment.fql import lint
from worker.text import printable, printable_lines


def warn_of_filter(plan: Plan) -> None:
    """Say on standard error where the filter does not mean what it seems to; a strict one always does."""
    for warning in lint(plan.where) if plan.where is not None and plan.triggers != "strict" else ():
        told = printable_lines(f"warning: --where, character {warning.position + 1}: {warning.message}")
        typer.secho(told, fg="yellow", err=True)


class BackfillDisplay(ProgressDisplay):
    """Shows on standard error how far a backfill is, and how fast it is sending."""

    def __init__(self, plan: Plan, *, quiet: bool) -> None:
        super().__init__("backfill", "records" if isinstance(plan.source, TopicRange) else "bytes", quiet=quiet)
        self._total = first_progress(plan).total
        self._began = time.monotonic()
        self._first_sent: int | None = None

    def told(self, status: Status) -> None:
        """Show how the replay is doing."""
        sent = status.progress.sent
        if self._first_sent is None:
            self._first_sent = sent
        rate = (sent - self._first_sent) / max(time.monotonic() - self._began, 0.001)
        beside = ", beside live traffic" if status.live else ""
        waiting = f", {status.waiting:,} wait for the workers" if status.waiting else ""
        self.update(status.progress.done, self._total, f"{sent:,} events sent, {rate:,.0f}/s{beside}{waiting}")

    def read(self, done: int) -> None:
        """Show how far a dry run is."""
        self.update(done, self._total, "nothing is sent")


def print_runs(runs: list[Run]) -> None:
    """A list of backfills."""
    table = new_table("id", "state", "begun", "done", "sent", "missing", "what")
    for run in runs:
        at = run.progress
        add_row(
            table, run.id, run.state, shown_time(run.created), _share(run),
            f"{at.sent:,}", f"{at.missing:,}" if at.missing else "", _what(run.plan),
        )  # fmt: skip
    print_all(table if runs else "no backfills")


def print_run(run: Run) -> None:
    """What became of a backfill. One that was ended may have sent more than it has noted."""
    at = run.progress
    at_least = "" if run.state == "done" else "at least "
    left_out = f", {at.filtered:,} left out by the filter" if run.plan.where is not None else ""
    unreadable = (
        f", {at.unreadable:,} that could only become dead letters or are too large left out" if at.unreadable else ""
    )
    typer.echo(f"backfill {run.id} is {run.state}: {at_least}{at.sent:,} events sent{left_out}{unreadable}")
    if at.missing:
        typer.echo(_missing(at.missing))


def print_summary(found: Summary) -> None:
    """What a dry run found."""
    print_all(
        f"{found.events:,} events would be replayed; {found.filtered:,} are left out by the filter, "
        f"{found.unreadable:,} could only become dead letters or are too large"
    )
    if found.missing:
        print_all(Text(_missing(found.missing), style="yellow"))
    if found.nothing and not found.dead_letters:
        print_all(Text("Nothing in the workspace would change.", style="green"))
    for title, counts in (
        (f"Changes (people with other attributes: {found.people_changed:,})", found.changes),
        ("Attributes", found.attributes),
        ("Dead letters", found.dead_letters),
    ):
        table = new_table("", "times")
        for name, count in list(counts.items())[:20]:
            add_row(table, name, f"{count:,}")
        _section(title, table)
    people = new_table("person", "id", "email", "cio_id", "into", "by event")
    for one in found.people:
        add_row(people, one.what, one.id, one.email, one.cio_id, one.into, one.message_id)
    _section("People, for example", people)
    attributes = new_table("whose", "attribute", "from", "to", "by event")
    for change in found.examples:
        before, after = _json(change.before), _json(change.after)
        add_row(attributes, change.subject, change.attribute, before, after, change.message_id)
    _section("Attributes, for example", attributes)


def _section(title: str, table: Table) -> None:
    if table.row_count:
        print_all("", Text(title, style="bold cyan"), table)


def _missing(count: int) -> str:
    return f"{count:,} records are missing: the topic's retention deleted them before they were read"


def _what(plan: Plan) -> str:
    match plan.source:
        case Files(files=files):
            text = ", ".join(file.path for file in files)
        case TopicRange(topic=topic):
            text = topic
    return printable(text if plan.where is None else f"{text} where {plan.where}")


def _share(run: Run) -> str:
    total = run.progress.total
    return "100 %" if run.state == "done" or not total else f"{100 * run.progress.done // total} %"


def _json(value: Json) -> str:
    return "–" if value is None else msgspec.json.encode(value).decode()[:120]
