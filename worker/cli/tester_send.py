"""`segment-worker test event --send`: the event goes into the running system; what came out is shown."""

import asyncio
import time
from pathlib import Path

import msgspec
import orjson
import typer
from rich.markup import escape

from worker.cli.connecting import configured, deployed, hush_client_logs, kafka_failed
from worker.cli.ndjson import read_object
from worker.cli.output import Problem, failed
from worker.cli.show_text import print_changes
from worker.cli.tables import HarmlessConsole
from worker.cli.tester_event import event_of
from worker.cli.tester_explain import explain_event
from worker.config import Config, compile_subscriptions
from worker.deployment import Deployment
from worker.jsontypes import JsonObject
from worker.segment.decoding import InvalidJson
from worker.topics.cluster import TopicsError
from worker.trial.sending import KafkaFailed, NoWorker, Trial, try_event
from worker.view.read.documents import Activity


def send_events(text: bytes, path: Path | None, timeout_s: float, *, as_json: bool) -> typer.Exit:
    """Send the events in `text` one after the other, each when the one before has been worked through.

    The exit code is 0 when all of them were, within `timeout_s` seconds each, and none ended in the dead letters; else
    1.
    """
    hush_client_logs()
    config = configured(path, as_json)
    deployment = deployed(config, as_json)
    try:
        good = True
        for request in _requests(text):
            good &= _send(deployment, config, request, timeout_s, as_json)
    except InvalidJson as error:
        return failed(Problem(str(error)), as_json)
    except NoWorker as error:
        return failed(
            Problem(f"{error}; the event was not sent", "start one: `segment-worker worker`, or `segment-worker dev`"),
            as_json,
        )
    except TopicsError as error:
        return failed(Problem(f"{error.problem}; the event was not sent", error.hint), as_json)
    except KafkaFailed as error:
        return failed(kafka_failed(error), as_json)
    return typer.Exit(0 if good else 1)


def _requests(text: bytes) -> list[JsonObject]:
    """One JSON object over several lines, or one a line. Raises InvalidJson before anything is sent."""
    try:
        return [read_object(text)]
    except InvalidJson:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) <= 1:
            raise
        return [read_object(line) for line in lines]


def _send(deployment: Deployment, config: Config, request: JsonObject, timeout_s: float, as_json: bool) -> bool:
    event = event_of(request)
    if not as_json:
        explain_event(HarmlessConsole(), request, compile_subscriptions(config), time.time, every=False)
    trial = asyncio.run(try_event(deployment, orjson.dumps(event), timeout_s))
    if as_json:
        answer = {"id": request["id"]} if event is not request and "id" in request else {}
        typer.echo(msgspec.json.encode(answer | msgspec.to_builtins(trial)))
    else:
        _show(trial, timeout_s)
    return trial.complete and not trial.dead_letters


def _show(trial: Trial, timeout_s: float) -> None:
    console = HarmlessConsole()
    console.print(f"\n[bold]Sent as {escape(trial.place)}; {trial.seconds:.1f} s later:[/]", soft_wrap=True)
    print_changes([Activity(found.subject, found.change) for found in trial.changes])
    for letter in trial.dead_letters:
        text = f"dead letter: {letter.record}: {letter.reason}: {letter.detail}"
        console.print(f"[red]✗ {escape(text)}[/]", soft_wrap=True)
    if trial.complete:
        if not trial.changes and not trial.dead_letters:
            console.print("[yellow]Nothing in the workspace changed.[/]")
        return
    waiting = "1 record" if len(trial.waiting) == 1 else f"{len(trial.waiting)} records"
    console.print(
        f"[red]✗ No worker worked through {waiting} within {timeout_s:g} s, "
        f"the first is {escape(trial.waiting[0])}. See `segment-worker lag` and the worker's log.[/]",
        soft_wrap=True,
    )
