"""`segment-worker test event | fql | mapping | action | webhook`: the event tester, without Kafka and without effect.

For programs, and with `--json`, it is NDJSON in and out, one answer a line; a file may also be one object over several
lines. On a terminal, or with `--explain`, it speaks to people. Only `event --send` has an effect: it sends the event
into the running system.
"""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, BinaryIO, TypeAlias

import typer
from rich.console import Console

from worker.cli.connecting import ConfigOption, configured
from worker.cli.examples import epilog
from worker.cli.ndjson import Answer, answer_lines, in_lines, is_object, read_object
from worker.cli.output import JsonOption
from worker.cli.tables import HarmlessConsole
from worker.cli.tester_action import answer_action
from worker.cli.tester_event import answer_event
from worker.cli.tester_explain import explain_action, explain_event, explain_fql, explain_mapping, explain_webhook
from worker.cli.tester_language import answer_fql, answer_mapping
from worker.cli.tester_send import send_events
from worker.cli.tester_webhook import answer_webhook
from worker.config import compile_subscriptions
from worker.jsontypes import JsonObject
from worker.segment.decoding import InvalidJson

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Try events, triggers, mappings and actions. Reads JSON from a file or standard input; changes nothing "
    "(but for `event --send`).",
)

File: TypeAlias = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", help="A JSON object or NDJSON; when not given, NDJSON from standard input.", dir_okay=False
    ),
]
Explain: TypeAlias = Annotated[
    bool,
    typer.Option("--explain", help="Answer for people (as on a terminal), with each condition's value."),
]
Explainer: TypeAlias = Callable[[Console, JsonObject], None]


@app.command(epilog=epilog("test event"))
def event(
    file: File = None,
    config: ConfigOption = None,
    explain: Explain = False,
    send: Annotated[
        bool,
        typer.Option(
            "--send",
            help="Send it into the running system, and wait for what comes out. Exit code 1 when "
            "no worker answers in time, or it becomes a dead letter.",
        ),
    ] = False,
    timeout: Annotated[float, typer.Option(help="With --send: seconds to wait for each event.", min=0.1)] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Which subscriptions an event matches, and the commands they send."""
    if send:
        with _opened(file) as lines:
            raise send_events(lines.read(), config, timeout, as_json=as_json or not (explain or sys.stdout.isatty()))
    subscriptions = compile_subscriptions(configured(config, as_json))
    run(
        file,
        explain,
        lambda request: answer_event(request, subscriptions, time.time),
        lambda console, request: explain_event(console, request, subscriptions, time.time, every=explain),
        as_json=as_json,
    )


@app.command(epilog=epilog("test fql"))
def fql(file: File = None, explain: Explain = False, as_json: JsonOption = False) -> None:
    """Whether a trigger matches an event. Reads {"fql", "event"}."""
    run(file, explain, answer_fql, explain_fql, as_json=as_json)


@app.command(epilog=epilog("test mapping"))
def mapping(file: File = None, explain: Explain = False, as_json: JsonOption = False) -> None:
    """What a mapping makes of an event. Reads {"mapping", "payload"}."""
    run(file, explain, answer_mapping, explain_mapping, as_json=as_json)


@app.command(epilog=epilog("test action"))
def action(file: File = None, explain: Explain = False, as_json: JsonOption = False) -> None:
    """What an action makes of events. Reads {"action", "mapping", "settings", "events", "mode"}."""
    run(
        file,
        explain,
        lambda request: answer_action(request, time.time),
        lambda console, request: explain_action(console, request, time.time),
        as_json=as_json,
    )


@app.command(epilog=epilog("test webhook"))
def webhook(
    file: File = None, config: ConfigOption = None, explain: Explain = False, as_json: JsonOption = False
) -> None:
    """The track event that a reporting webhook becomes. Reads a webhook, or {"webhook", "settings"}."""
    settings = configured(config, as_json).source
    run(
        file,
        explain,
        lambda request: answer_webhook(request, settings),
        lambda console, request: explain_webhook(console, request, settings),
        as_json=as_json,
    )


def run(file: Path | None, explain: bool, answer: Answer, explainer: Explainer, *, as_json: bool) -> None:
    """Answer all lines: without `as_json` for people with `explain` or on a terminal, else as NDJSON."""
    with _opened(file) as lines:
        if not as_json and (explain or sys.stdout.isatty()):
            _explain(HarmlessConsole(), lines.read(), explainer)
        else:
            answer_lines(lines if file is None else in_lines(lines), sys.stdout.buffer, answer)


def _opened(file: Path | None) -> AbstractContextManager[BinaryIO]:
    try:
        return nullcontext(sys.stdin.buffer) if file is None else file.open("rb")
    except OSError as error:
        raise typer.BadParameter(f"{file} can't be read: {error.strerror}", param_hint="FILE") from error


def _explain(console: Console, text: bytes, explainer: Explainer) -> None:
    """One JSON object over several lines, or one a line."""
    for number, line in enumerate([text] if is_object(text) else text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            request = read_object(line)
        except InvalidJson as error:
            console.print(f"✗ line {number}: {error}", style="red", markup=False)
        else:
            explainer(console, request)
