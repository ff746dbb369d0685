"""`segment-worker dlq list | show | replay | drop`: the dead letters, for people."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import typer
from aiokafka.errors import KafkaError

from worker.cli import dlq_text
from worker.cli.connecting import ConfigOption, configured, deployed, hush_client_logs, kafka_failed
from worker.cli.dlq_asked import Asked
from worker.cli.examples import epilog
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.cli.progress_display import ProgressDisplay
from worker.deadletters.box import Found
from worker.deadletters.letter import UNREADABLE, Place
from worker.deadletters.replay import Handling, OnError, Outcome
from worker.deadletters.selection import Selection
from worker.moments import parse_moment
from worker.reasons import Reason
from worker.runtime.errors import RuntimeFault
from worker.runtime.resend import resender
from worker.topics.cluster import TopicsError, expect

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Dead letters: look at them, send them again, or give them up.",
)

ResultT = TypeVar("ResultT")

Letters: TypeAlias = Annotated[
    list[str] | None, typer.Argument(metavar="LETTER", help="<topic>/<partition>/<offset>, as dlq list shows them.")
]
Topics: TypeAlias = Annotated[
    list[str] | None, typer.Option("--topic", help="Only of this topic, e.g. segment.events. May be repeated.")
]
Reasons: TypeAlias = Annotated[
    list[str] | None, typer.Option("--reason", help="Only with this reason. May be repeated.")
]
Since: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Given up since: 2026-11-22T10:00:00Z, 2026-11-22 (UTC), or ago: 90m, 36h."),
]
Until: TypeAlias = Annotated[str | None, typer.Option(metavar="TIME", help="Given up before this time.")]
AtMost: TypeAlias = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many letters.")]


@app.command("list", epilog=epilog("dlq list"))
def list_letters(
    topic: Topics = None,
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    handled: Annotated[bool, typer.Option("--all", help="Those that were replayed or dropped too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many; all are counted.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the dead letters that wait. The oldest of each partition come first; all are counted by reason."""
    asked = _asked(config, as_json, None, topic, reason, since, until)
    overview = _run(asked, asked.box.overview(asked.selection, limit, handled=handled), as_json)
    if as_json:
        for found in overview.shown:
            emit(dlq_text.line(found))
        emit(dlq_text.Totals(overview.total, len(overview.shown), overview.by_reason))
    else:
        dlq_text.print_list(overview)


@app.command(epilog=epilog("dlq show"))
def show(letters: Letters = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show dead letters whole. Why each is there, where it came from, the event. Exit code 1: one is not there."""
    if not letters:
        raise typer.BadParameter("name a letter, as `segment-worker dlq list` shows them", param_hint="LETTER")
    asked = _asked(config, as_json, letters, None, None, None, None)
    found = _run(asked, asked.named(), as_json)
    for each in found:
        if as_json:
            emit(dlq_text.whole(each))
        else:
            dlq_text.print_letter(each)
    _expect_all(asked, found, as_json)


@app.command(epilog=epilog("dlq replay"))
def replay(
    letters: Letters = None,
    topic: Topics = None,
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    on_error: Annotated[
        OnError,
        typer.Option(
            help="A letter that would fail again with this version and configuration: stop there (exit code 1), "
            "keep it among the dead letters, or drop it."
        ),
    ] = OnError.STOP,
    limit: AtMost = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send dead letters again. They go to where they came from, unchanged, to the same partition, with their own time.

    Without LETTER and filters: all that wait. What was sent is remembered, so that it is not sent twice. Exit code 1: a
    LETTER is not there.
    """
    asked = _asked(config, as_json, letters, topic, reason, since, until)
    trial = asked.trial()
    _report(asked, lambda handling: handling.replay(asked.selection, trial, on_error, limit), as_json)


@app.command(epilog=epilog("dlq drop"))
def drop(
    letters: Letters = None,
    topic: Topics = None,
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="All that wait; needed without LETTER and filters.")
    ] = False,
    limit: AtMost = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give dead letters up. They wait no longer, but stay readable (dlq list --all) for the topic's retention.

    Exit code 1: a LETTER is not there.
    """
    if not (letters or topic or reason or since or until or everything):
        raise typer.BadParameter("name what to drop: a LETTER, a filter, or --everything", param_hint="LETTER")
    asked = _asked(config, as_json, letters, topic, reason, since, until)
    _report(asked, lambda handling: handling.drop(asked.selection, limit), as_json)


def _asked(
    config: Path | None,
    as_json: bool,
    letters: list[str] | None,
    topics: list[str] | None,
    reasons: list[str] | None,
    since: str | None,
    until: str | None,
) -> Asked:
    now = datetime.now(UTC)
    known = {reason.value for reason in Reason} | {UNREADABLE}
    for reason in reasons or ():
        if reason not in known:
            raise typer.BadParameter(f"{reason!r} is none of: {', '.join(sorted(known))}", param_hint="--reason")
    try:
        places = frozenset(Place.parse(letter) for letter in letters or ())
        selection = Selection(
            places=places,
            reasons=frozenset(reasons or ()),
            since_ms=None if since is None else parse_moment(since, now),
            until_ms=None if until is None else parse_moment(until, now),
        )
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    if selection.since_ms is not None and selection.until_ms is not None and selection.since_ms >= selection.until_ms:
        raise typer.BadParameter(f"{since} is not before --until {until}", param_hint="--since")
    deployment = deployed(configured(config, as_json), as_json)
    hush_client_logs()
    asked = Asked(deployment, topics or (), selection)
    unknown = {place.topic for place in places} - set(asked.sources)
    if unknown:
        known_topics = f"they are called like {min(asked.sources)}: see `segment-worker dlq list`"
        raise failed(Problem(f"{min(unknown)} is no topic of dead letters here", known_topics), as_json)
    return asked


def _run(asked: Asked, question: Coroutine[Any, Any, ResultT], as_json: bool) -> ResultT:  # Any: nobody sends or yields
    async def answered() -> ResultT:
        with closing(question):  # where it is not begun
            await expect(asked.deployment.connection, asked.topics)
            return await question

    try:
        return asyncio.run(answered())
    except (TopicsError, KafkaError, RuntimeFault, OSError) as problem:  # a TimeoutError is an OSError
        raise failed(kafka_failed(problem), as_json) from problem


def _report(asked: Asked, what: Callable[[Handling], Coroutine[Any, Any, Outcome]], as_json: bool) -> None:
    with ProgressDisplay("dead letters", "done", quiet=as_json) as display:

        def told(outcome: Outcome) -> None:
            display.update(outcome.replayed + outcome.repeated + outcome.dropped)

        async def run() -> tuple[list[Found], Outcome]:
            named = await asked.named()
            async with resender(asked.deployment.connection) as sender:
                return named, await what(Handling(asked.box, sender, asked.sources, told))

        named, outcome = _run(asked, run(), as_json)
    if as_json:
        emit(outcome)
    else:
        dlq_text.print_outcome(outcome, named)
    _expect_all(asked, named, as_json)
    if outcome.stopped_at is not None:
        raise typer.Exit(1)


def _expect_all(asked: Asked, found: Sequence[Found], as_json: bool) -> None:
    missing = asked.selection.places - {each.letter.place for each in found}
    if missing:
        hint = "`segment-worker dlq list --all` shows those that are there, handled ones too"
        raise failed(Problem(f"no dead letter is at {', '.join(map(str, sorted(missing)))}", hint), as_json)
