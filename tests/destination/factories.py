"""Events, and what the presets make of them."""

from collections.abc import Sequence

from worker.cli.tester_event import as_event
from worker.destination.command import request_body
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Outcome, Subscription, Subscriptions, automatic
from worker.jsontypes import Json, JsonObject

NOW = 1_700_000_000.0
"""The clock of these tests, unix seconds."""

BASE: JsonObject = {
    "messageId": "msg-1",
    "timestamp": "2023-06-01T12:00:00.123Z",
    "receivedAt": "2023-06-01T12:00:01.456Z",
    "anonymousId": "anon-1",
    "context": {"library": {"name": "analytics.js", "version": "2"}},
}
TIMESTAMP = 1_685_620_800
"""The timestamp of `BASE`, unix seconds."""
RECEIVED = 1_685_620_801
"""The receivedAt of `BASE`, unix seconds."""


def event(kind: str, *without: str, **fields: Json) -> JsonObject:
    """An event of this type, with these fields over those of `BASE`, and without the ones named."""
    data: JsonObject = {**BASE, "type": kind, **fields}
    return {key: value for key, value in data.items() if key not in without}


def device(token: Json = "tok-1", kind: Json = "ios", version: str | None = None) -> JsonObject:
    """A `context` with a device."""
    context: JsonObject = {"device": {"token": token, "type": kind}}
    if version is not None:
        context["app"] = {"version": version}
    return context


def subscribed(
    subscriptions: Sequence[Subscription] | None = None, settings: ActionSettings | None = None
) -> Subscriptions:
    """The automatic presets, or these subscriptions."""
    settings = settings or ActionSettings()
    return Subscriptions.compile(automatic(settings) if subscriptions is None else subscriptions, settings)


def outcomes(data: JsonObject, settings: ActionSettings | None = None) -> list[Outcome]:
    """What the automatic presets make of the event."""
    return subscribed(settings=settings).commands(as_event(data), NOW)


def commands(data: JsonObject, settings: ActionSettings | None = None) -> list[JsonObject]:
    """The commands the automatic presets make of the event; none may refuse it."""
    found = outcomes(data, settings)
    assert [outcome.error for outcome in found if outcome.error is not None] == []
    return [request_body(command) for outcome in found for command in outcome.commands]


def command(data: JsonObject, settings: ActionSettings | None = None) -> JsonObject:
    """The only command they make of it."""
    (only,) = commands(data, settings)
    return only


def refusal(data: JsonObject, settings: ActionSettings | None = None) -> Outcome:
    """The refusal of the only preset that matches the event."""
    (outcome,) = outcomes(data, settings)
    assert outcome.commands == []
    assert outcome.error is not None
    return outcome
