"""The short way to an action's fields ends where the long one does."""

from inspect import signature

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.destination.factories import NOW, TIMESTAMP, event, subscribed
from tests.segment.strategies import VALUES
from worker.cli.tester_event import as_event
from worker.destination.actions import ACTIONS
from worker.destination.coercion import compile_coercion
from worker.destination.command import Command
from worker.destination.compiled import compile_action
from worker.destination.errors import Rejected
from worker.destination.settings import ActionSettings
from worker.destination.usual import Usual, compile_usual
from worker.jsontypes import Json, JsonObject
from worker.segment.events import check_event
from worker.segment.fields import InvalidFields
from worker.segment.mapping import compile_mapping

SETTINGS = ActionSettings()
CONTEXT: Json = {"device": {"token": "t", "type": "ios"}, "app": {"version": "1"}}
USUAL_TEXTS: st.SearchStrategy[Json] = st.sampled_from(
    ["", "u1", "2020-01-01", "2023-06-01T12:00:00.123Z", "2023-06-31T24:00:00.000Z", "a@b.co", None, 5, 1_700_000_000]
)
INNER: st.SearchStrategy[JsonObject] = st.dictionaries(
    st.sampled_from(
        ["email", "created_at", "createdAt", "objectId", "object_type_id", "url", "a", "relationshipAttributes"]
    ),
    USUAL_TEXTS | VALUES,
    max_size=5,
)
ANYTHING: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["userId", "anonymousId", "event", "messageId", "timestamp", "groupId", "name"], USUAL_TEXTS),
        **dict.fromkeys(["traits", "properties"], INNER | VALUES),
        "context": st.just(CONTEXT) | VALUES,
    },
)
"""Hardly one of them has all that an action needs."""
WHOLE: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {
        **dict.fromkeys(
            ["userId", "groupId", "previousId", "event", "name"], st.sampled_from(["u1", "a@b.co", "2020-01-01"])
        ),
        "properties": INNER.map(lambda inner: {"objectId": "o1", "url": "https://a.b", **inner}),
        "traits": INNER,
        "context": st.just(CONTEXT),
    },
    optional=dict.fromkeys(["anonymousId", "messageId", "timestamp"], USUAL_TEXTS),
)
EVENTS = ANYTHING | WHOLE


def ways(key: str) -> tuple[Usual | None, JsonObject]:
    action = ACTIONS[key]
    source: JsonObject = {
        name: node
        for name, node in action.default_mapping(SETTINGS).items()
        if name not in ("enable_batching", "batch_size")
    }
    return compile_usual(action, source, compile_mapping(source)), source


def inputs(key: str, fields: JsonObject) -> list[Json]:
    return [fields.get(mapped.field.name) for mapped in ACTIONS[key].inputs]


@given(st.sampled_from(sorted(ACTIONS)), EVENTS)
def test_both_ways_end_at_the_same_fields(key: str, payload: JsonObject) -> None:
    usual, source = ways(key)
    values = None if usual is None else usual(payload, None)
    if values is not None:
        mapped = compile_mapping(source).resolve(payload)
        assert isinstance(mapped, dict)
        assert values == inputs(key, compile_coercion(key)(mapped))


@given(st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]), EVENTS)
def test_both_ways_end_at_the_same_commands(kind: str, payload: JsonObject) -> None:
    checked = as_event({**payload, "type": kind})
    subscriptions = subscribed()
    matching = {outcome.subscription for outcome in subscriptions.commands(checked, NOW)}
    for one in subscriptions.compiled:
        if one.name not in matching:
            continue
        action = ACTIONS[one.action]
        _, source = ways(one.action)
        try:
            fields = compile_coercion(one.action)(compile_mapping(source).resolve(checked.data))  # type: ignore[arg-type]
            expected: list[Command] | str = action.build(SETTINGS, NOW, *inputs(one.action, fields))
        except (InvalidFields, Rejected) as error:
            expected = str(error)
        found: list[Command] | str
        try:
            found = one.run(checked.data, NOW, checked.seconds)
        except (InvalidFields, Rejected) as error:
            found = str(error)
        assert found == expected


NODES: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"@path": "$.userId"},
        {"@path": "$.traits.a"},
        {"@path": "traits.a"},
        {"@path": "$.traits.url.a"},
        {"@path": "$.traits['a']"},
        {"@template": "{{traits.email}}"},
        {"@template": "{{ traits.email }}"},
        {"@template": "{{traits.email}}{{userId}}"},
        {
            "@if": {
                "exists": {"@path": "$.traits.a"},
                "then": {"@path": "$.traits.a"},
                "else": {"@path": "$.traits.url"},
            }
        },
        {"@if": {"exists": {"@path": "$.traits.a"}, "then": {"@path": "$.traits.a"}, "else": {"@path": "$.userId"}}},
        {"@if": {"exists": {"@path": "$.traits.a"}, "then": {"@path": "$.traits.url"}, "else": {"@path": "$.userId"}}},
        {"@if": {"blank": {"@path": "$.traits.a"}, "then": {"@path": "$.traits.a"}, "else": {"@path": "$.userId"}}},
        {"@if": {"exists": {"@path": "$.userId"}, "then": {"@path": "$.userId"}, "else": {"@path": "$.anonymousId"}}},
        "constant",
    ]
)


@given(
    st.fixed_dictionaries({"id": NODES, "name": NODES, "event_id": NODES, "timestamp": NODES, "data": NODES}), EVENTS
)
def test_both_ways_end_at_the_same_fields_of_other_mappings(source: JsonObject, payload: JsonObject) -> None:
    usual = compile_usual(ACTIONS["trackEvent"], source, compile_mapping(source))
    values = None if usual is None else usual(payload, None)
    if values is not None:
        mapped = compile_mapping(source).resolve(payload)
        assert isinstance(mapped, dict)
        assert values == inputs("trackEvent", compile_coercion("trackEvent")(mapped))


def test_usual_events_take_the_short_way() -> None:
    for key, payload in {
        "trackEvent": event("track", userId="u1", event="E", properties={"a": 1}),
        "trackPageView": event("page", userId="u1", properties={"url": "https://a.b"}),
        "trackScreenView": event("screen", userId="u1", name="Home"),
        "createUpdatePerson": event("identify", userId="u1", traits={"email": "a@b.co", "created_at": 1_700_000_000}),
        "createUpdateObject": event("group", userId="u1", groupId="g", traits={"name": "G", "object_type_id": "2"}),
        "createUpdateDevice": event("track", userId="u1", event="Application Opened", context=CONTEXT),
    }.items():
        usual, source = ways(key)
        assert usual is not None
        checked = check_event(payload)
        values = usual(payload, checked.seconds)
        assert values is not None, key
        mapped = compile_mapping(source).resolve(payload)
        assert isinstance(mapped, dict)
        fields = compile_coercion(key)(mapped)
        if "timestamp" in fields:
            fields["timestamp"] = TIMESTAMP
        assert values == inputs(key, fields)


def test_what_needs_a_look_takes_the_long_way() -> None:
    usual, source = ways("trackEvent")
    assert usual is not None
    assert usual(event("track", userId=5, event="E"), None) is None
    assert usual(event("track", userId="u1"), None) is None, "the name is required"
    (command,) = compile_action(ACTIONS["trackEvent"], source, SETTINGS)(event("track", userId=5, event="E"), 0.0)
    assert command.identifiers == {"id": "5"}


def test_mappings_with_fields_of_other_kinds_have_no_short_way() -> None:
    action = ACTIONS["trackEvent"]
    for name in ("batch_size", "enable_batching"):
        source: JsonObject = {"id": {"@path": "$.userId"}, name: {"@path": "$.properties.size"}}
        assert compile_usual(action, source, compile_mapping(source)) is None


@pytest.mark.parametrize("key", ACTIONS)
def test_an_action_takes_all_its_fields(key: str) -> None:
    action = ACTIONS[key]
    names = {mapped.field.name for mapped in action.fields} - {"enable_batching", "batch_size"}
    assert {mapped.field.name for mapped in action.inputs} == names
    assert len(signature(action.build).parameters) == 2 + len(action.inputs)
