"""The event tester's lines for events."""

from collections.abc import Callable

from worker.destination.command import request_body
from worker.destination.subscriptions import Outcome, Subscriptions
from worker.jsontypes import JsonObject
from worker.segment.events import Event, InvalidEvent, check_event


def answer_event(request: JsonObject, subscriptions: Subscriptions, clock: Callable[[], float]) -> JsonObject:
    """A Segment event, or `{"id", "event"}` → `{"matches": [{"preset", "action", "commands"} or {…, "error"}]}`.

    With `"refused": reason` where the worker would not take the event, whatever matches; with `"ruled_out":
    "integrations"` where that is why nothing matches.
    `clock` gives unix seconds, the time of arrival of an event that says no time.
    """
    data = event_of(request)
    event = as_event(data)
    answer: JsonObject = {"matches": [_match(outcome) for outcome in subscriptions.commands(event, clock())]}
    if (reason := refused(data)) is not None:
        answer["refused"] = reason
    if subscriptions.rule_out(event):
        answer["ruled_out"] = "integrations"
    return answer


def event_of(request: JsonObject) -> JsonObject:
    """The event in a request: the request itself, unless it is a wrapper around one."""
    inner = request.get("event")
    return inner if isinstance(inner, dict) and "type" not in request else request


def refused(data: JsonObject) -> str | None:
    """Why the route agent would refuse the event, None if it would not."""
    try:
        check_event(data)
    except InvalidEvent as error:
        return error.detail
    return None


def as_event(data: JsonObject) -> Event:
    """The event, also one that the route agent would refuse: the tester shows what the actions say to it."""
    try:
        return check_event(data)
    except InvalidEvent:
        kind, name = data.get("type"), data.get("event")
        return Event(
            type=kind if isinstance(kind, str) else "",
            event=name if isinstance(name, str) else None,
            message_id=None,
            user_id=None,
            anonymous_id=None,
            time=None,
            data=data,
        )


def _match(outcome: Outcome) -> JsonObject:
    match: JsonObject = {"preset": outcome.subscription, "action": outcome.action}
    if outcome.error is None:
        match["commands"] = [request_body(command) for command in outcome.commands]
    else:
        match["error"] = outcome.error
    return match
