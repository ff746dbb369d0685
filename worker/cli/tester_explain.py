"""The event tester's answers for people: what matched, what did not and why, and what would be sent."""

from collections.abc import Callable

import orjson
from rich.console import Console
from rich.json import JSON
from rich.markup import escape
from rich.padding import Padding

from worker.cli.tester_action import answer_action
from worker.cli.tester_event import as_event, event_of, refused
from worker.cli.tester_language import answer_fql, answer_mapping
from worker.cli.tester_webhook import answer_webhook
from worker.destination.command import request_body
from worker.destination.subscriptions import CompiledSubscription, Outcome, Subscriptions
from worker.jsontypes import Json, JsonObject
from worker.metrics.settings import MetricsSettings
from worker.segment.events import Event
from worker.segment.fql import Explained, compile_trigger, lint
from worker.segment.paths import UNDEFINED, Undefined

NOTHING_SENT = "Segment did not send any requests to the destination"
"""What Segment's own event tester says where no subscription matches."""

NO_CONDITION = "a part of its trigger holds no condition, and so never matches"

VALUE_LENGTH_MAX = 60
"""Characters of a value that are shown beside a condition."""


def explain_event(
    console: Console, request: JsonObject, subscriptions: Subscriptions, clock: Callable[[], float], *, every: bool
) -> None:
    """Each subscription: the commands it sends, or what is wrong, or why it did not match.

    `every` shows each condition's value, also of triggers that match; else only why one does not hold.
    """
    data = event_of(request)
    event = as_event(data)
    if (reason := refused(data)) is not None:
        console.print(f"[red]The worker would refuse this event: {escape(reason)}[/]")
    console.print(f"[bold]{escape(_title(event))}[/]")
    if subscriptions.rule_out(event):
        console.print(f"[yellow]Its integrations rule this event out. {NOTHING_SENT}[/]")
        return
    outcomes = {outcome.subscription: outcome for outcome in subscriptions.commands(event, clock())}
    for one in subscriptions.compiled:
        outcome = outcomes.get(one.name)
        if outcome is not None:
            _matched(console, one, outcome, data, every=every)
    if not any(outcome.commands for outcome in outcomes.values()):
        console.print(f"[yellow]{NOTHING_SENT}[/]")
    others = [one for one in subscriptions.compiled if one.name not in outcomes]
    if others:
        console.print("[dim]Not matched:[/]")
    for one in others:
        _unmatched(console, one, data, every=every)


def explain_fql(console: Console, request: JsonObject) -> None:
    """Whether the trigger matches, each condition with its value, and where it may not mean what it seems to."""
    answer = answer_fql(request)
    source, event = request.get("fql"), request.get("event")
    if "error" in answer or not isinstance(source, str) or not isinstance(event, dict):
        console.print(f"✗ {answer.get('error')}", style="red", markup=False)
        return
    trigger = compile_trigger(source)
    console.print("[green]✓ matches[/]" if answer["match"] else "[red]✗ does not match[/]")
    _conditions(console, trigger.explain(event))
    for warning in lint(source):
        console.print(f"  [yellow]! character {warning.position + 1}: {escape(warning.message)}[/]")


def explain_mapping(console: Console, request: JsonObject) -> None:
    """The value the mapping makes, or what is wrong."""
    _answer(console, answer_mapping(request), "value")


def explain_action(console: Console, request: JsonObject, clock: Callable[[], float]) -> None:
    """The commands the action sends, or what is wrong."""
    _answer(console, answer_action(request, clock), "commands")


def explain_webhook(console: Console, request: JsonObject, settings: MetricsSettings) -> None:
    """The track event that the webhook becomes, or why it becomes none."""
    answer = answer_webhook(request, settings)
    if "skipped" in answer:
        console.print(f"[yellow]skipped: {escape(str(answer['skipped']))}[/]")
    else:
        _answer(console, answer, "track")


def _answer(console: Console, answer: JsonObject, key: str) -> None:
    if "error" in answer:
        console.print(f"[red]✗ {escape(str(answer['error']))}[/]")
    elif key in answer:
        _json(console, answer[key])
    else:
        console.print("[yellow]undefined[/]" if key == "value" and "valid" not in answer else "[green]✓ valid[/]")
    results = answer.get("results")
    for at, result in enumerate(results if isinstance(results, list) else []):
        if isinstance(result, dict) and "error" in result:
            console.print(f"[red]✗ event {at + 1}: {escape(str(result['error']))}[/]")


def _matched(console: Console, one: CompiledSubscription, outcome: Outcome, data: JsonObject, *, every: bool) -> None:
    mark = "[green]✓[/]" if outcome.error is None else "[red]✗[/]"
    console.print(f"{mark} [bold]{escape(one.name)}[/] [dim]{one.action}[/]")
    if every:
        _conditions(console, one.trigger.explain(data))
    if outcome.error is not None:
        console.print(f"  [red]{escape(outcome.error)}[/]")
    for command in outcome.commands:
        _json(console, request_body(command))


def _unmatched(console: Console, one: CompiledSubscription, data: JsonObject, *, every: bool) -> None:
    if every:
        console.print(f"[dim]·[/] {escape(one.name)}")
        _conditions(console, one.trigger.explain(data))
        return
    unmet = [f"{condition.text}, but it is {_shown(condition.value)}" for condition in one.trigger.unmet(data)]
    console.print(f"[dim]·[/] {escape(one.name)}[dim]: {escape('; or '.join(unmet) or NO_CONDITION)}[/]")


def _conditions(console: Console, conditions: list[Explained]) -> None:
    for condition in conditions:
        mark = "[green]✓[/]" if condition.holds else "[red]✗[/]"
        console.print(f"    {mark} {escape(condition.text)} [dim]— it is {escape(_shown(condition.value))}[/]")


def _shown(value: Json | Undefined) -> str:
    if value is UNDEFINED:
        return "not there"
    text = orjson.dumps(value).decode()
    return text if len(text) <= VALUE_LENGTH_MAX else text[:VALUE_LENGTH_MAX] + "…"


def _json(console: Console, value: Json) -> None:
    console.print(Padding(JSON(orjson.dumps(value).decode()), (0, 0, 0, 2), expand=False))


def _title(event: Event) -> str:
    name = event.event or event.data.get("name")
    who = event.user_id or event.anonymous_id or "nobody"
    return f"{event.type or 'untyped'} event{f' {name!r}' if isinstance(name, str) else ''} of {who}"
