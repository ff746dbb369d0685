"""Whatever an event holds, each subscription makes commands or says in words why not; and it never takes long."""

import time
from collections import Counter

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.destination.factories import NOW, event, outcomes, subscribed
from tests.segment.strategies import NUMBERS
from worker.cli.tester_action import answer_action
from worker.cli.tester_event import as_event
from worker.destination.actions import ACTIONS
from worker.destination.command import Command, object_attributes, request_body
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", "cio_", "cio_1", "a@b.co", "2020-01-01", "2020-13-45", "1e999", "undefined", "__proto__", "\x00", "1685620800"]
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
KEYS = TEXTS | st.sampled_from(
    ["email", "created_at", "createdAt", "objectId", "object_type_id", "objectAttributes", "relationshipAttributes"]
)
PROPERTIES = KEYS | st.sampled_from(
    ["url", "actionType", "deliveryId", "metric", "device", "token", "type", "app", "version"]
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PROPERTIES, inner, max_size=4), max_leaves=8
)
TYPES = st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "delete"]) | VALUES
NAMES = st.sampled_from(
    [
        "Application Opened",
        "Device Deleted",
        "Relationship Deleted",
        "User Deleted",
        "Object Deleted",
        "Report Delivery Event",
        "Report Content Event",
        "Order Completed",
    ]
)
OBJECTS = st.dictionaries(PROPERTIES, VALUES, max_size=5) | VALUES
JUNK = st.fixed_dictionaries(
    {"type": TYPES},
    optional={
        "event": NAMES | VALUES,
        "name": VALUES,
        "userId": VALUES,
        "anonymousId": VALUES,
        "groupId": VALUES,
        "previousId": VALUES,
        "messageId": VALUES,
        "timestamp": VALUES,
        "receivedAt": VALUES,
        "traits": OBJECTS,
        "properties": OBJECTS,
        "context": OBJECTS,
    },
)
WHO = st.sampled_from(["u1", "a@b.co", "cio_1", 5, "2020-01-01"])
EVENTS = JUNK | st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias", "delete"]), "userId": WHO},
    optional={
        "event": NAMES,
        "name": TEXTS,
        "anonymousId": WHO,
        "groupId": WHO,
        "previousId": WHO,
        "messageId": TEXTS,
        "timestamp": SCALARS,
        "traits": st.dictionaries(PROPERTIES, VALUES, max_size=5),
        "properties": st.dictionaries(PROPERTIES, VALUES, max_size=5) | st.just({"url": "/", "objectId": 7}),
        "context": st.dictionaries(PROPERTIES, VALUES, max_size=5) | st.just({"device": {"token": "t", "type": "ios"}}),
    },
)
"""Hardly any junk becomes a command."""

SETTINGS = st.builds(
    ActionSettings,
    identifiers=st.sampled_from(["email_or_id", "id"]),
    default_object_type_id=st.sampled_from(["1", "7"]),
    convert_timestamps=st.booleans(),
)
ALL = {one: subscribed(settings=one) for one in [ActionSettings(identifiers="id"), ActionSettings()]}


@given(EVENTS, st.sampled_from(list(ALL)))
def test_every_event_has_commands_or_reasons(data: JsonObject, workspace: ActionSettings) -> None:
    before = orjson.dumps(data)
    for outcome in ALL[workspace].commands(as_event(data), NOW):
        assert (outcome.error is None) is (outcome.reason is None)
        assert outcome.error is None or outcome.commands == []
        assert outcome.error is not None or outcome.commands
        for command in outcome.commands:
            check_command(command)
    assert orjson.dumps(data) == before  # it shares its parts with the commands, and is never changed


def test_many_of_these_events_become_commands() -> None:
    made: Counter[str] = Counter()

    @settings(derandomize=True, database=None, max_examples=300)
    @given(EVENTS)
    def look(data: JsonObject) -> None:
        for outcome in ALL[ActionSettings()].commands(as_event(data), NOW):
            made.update(command.action for command in outcome.commands)

    look()
    assert made.total() > 30
    assert len(made) > 4


def check_command(command: Command) -> None:
    encoded = msgspec.json.encode(command)
    assert msgspec.json.decode(encoded, type=Command) == command
    for identifiers in (command.identifiers, command.primary, command.secondary):
        if identifiers is not msgspec.UNSET:
            assert identifiers
            assert all(isinstance(value, str) and value for value in identifiers.values())
    assert request_body(command)
    if command.type == "object":
        assert "anonymous_id" not in object_attributes(command)


@given(st.sampled_from(list(ACTIONS)), st.lists(EVENTS | VALUES, max_size=3), SETTINGS)
def test_single_and_batch_behave_alike(action: str, events: list[Json], workspace: ActionSettings) -> None:
    request: JsonObject = {"action": action, "settings": msgspec.to_builtins(workspace), "now": NOW * 1000}
    single = [answer_action({**request, "events": [one], "mode": "single"}, lambda: NOW) for one in events]
    batch = answer_action({**request, "events": events, "mode": "batch"}, lambda: NOW)
    if ACTIONS[action].batches:
        assert batch["results"] == single


def test_ten_thousand_properties_and_deep_nesting_are_quick() -> None:
    wide: JsonObject = {f"key {at}": "2020-01-01T00:00:00Z" for at in range(10_000)}
    deep: Json = "2020-01-01"
    for _ in range(55):
        deep = {"inner": deep}
    started = time.process_time()
    for kind in ("identify", "track", "group"):
        data = event(kind, userId="u1", event="X", groupId="g", traits={**wide, "deep": deep}, properties=wide)
        assert [outcome.error for outcome in outcomes(data)] == [None]
    assert time.process_time() - started < 2


@pytest.mark.parametrize("field", ["userId", "anonymousId", "event", "timestamp", "messageId", "groupId", "name"])
def test_a_megabyte_of_text_is_quick(field: str) -> None:
    started = time.process_time()
    for text in ("a" * 1_000_000, "a@" * 500_000, "2020-01-01" * 100_000, "1" * 1_000_000, " " * 1_000_000):
        for kind in ("identify", "track", "page", "screen", "group", "alias"):
            outcomes(event(kind, **{"userId": "u", "groupId": "g", "event": "X", "name": "N", field: text}))
    assert time.process_time() - started < 5
