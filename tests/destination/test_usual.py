"""The short way to an action's fields ends where the long one does."""

from hypothesis import given
from hypothesis import strategies as st

from tests.destination.factories import event
from tests.segment.strategies import VALUES
from worker.destination.actions import ACTIONS
from worker.destination.coercion import compile_coercion
from worker.destination.compiled import compile_action
from worker.destination.settings import ActionSettings
from worker.destination.usual import Usual, compile_usual
from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import compile_mapping

SETTINGS = ActionSettings()
CONTEXT: Json = {"device": {"token": "t", "type": "ios"}, "app": {"version": "1"}}
USUAL_TEXTS: st.SearchStrategy[Json] = st.sampled_from(["", "u1", "2020-01-01", "a@b.co", None, 5, 1_700_000_000])
INNER: st.SearchStrategy[JsonObject] = st.dictionaries(
    st.sampled_from(["email", "created_at", "createdAt", "objectId", "object_type_id", "url", "a", "recipient"]),
    USUAL_TEXTS | VALUES,
    max_size=5,
)
EVENTS: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["userId", "anonymousId", "event", "messageId", "timestamp", "groupId", "name"], USUAL_TEXTS),
        **dict.fromkeys(["traits", "properties"], INNER | VALUES),
        "context": st.just(CONTEXT) | VALUES,
    },
)


def ways(key: str) -> tuple[Usual | None, JsonObject]:
    action = ACTIONS[key]
    source: JsonObject = {
        name: node
        for name, node in action.default_mapping(SETTINGS).items()
        if name not in ("enable_batching", "batch_size")
    }
    return compile_usual(action, source, compile_mapping(source)), source


@given(st.sampled_from(sorted(ACTIONS)), EVENTS)
def test_both_ways_end_at_the_same_fields(key: str, payload: JsonObject) -> None:
    usual, source = ways(key)
    fields = None if usual is None else usual(payload)
    if fields is not None:
        mapped = compile_mapping(source).resolve(payload)
        assert isinstance(mapped, dict)
        assert fields == compile_coercion(key)(mapped)


def test_usual_events_take_the_short_way() -> None:
    usual, _ = ways("trackEvent")
    assert usual is not None
    fields = usual(event("track", userId="u1", event="E", properties={"a": 1}))
    assert fields is not None
    assert (fields["id"], fields["name"], fields["data"]) == ("u1", "E", {"a": 1})


def test_what_needs_a_look_takes_the_long_way() -> None:
    usual, _ = ways("trackEvent")
    assert usual is not None
    assert usual(event("track", userId=5, event="E")) is None
    assert usual(event("track", userId="u1")) is None, "the name is required"
    (command,) = compile_action(ACTIONS["trackEvent"], ways("trackEvent")[1], SETTINGS)(
        event("track", userId=5, event="E"), 0.0
    )
    assert command.identifiers == {"id": "5"}


def test_mappings_with_fields_of_other_kinds_have_no_short_way() -> None:
    action = ACTIONS["trackEvent"]
    source: JsonObject = {"id": {"@path": "$.userId"}, "batch_size": {"@path": "$.properties.size"}}
    assert compile_usual(action, source, compile_mapping(source)) is None
