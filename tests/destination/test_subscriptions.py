"""Which subscriptions an event reaches, and that it reaches no more of them than can match."""

import tracemalloc
from collections.abc import Callable

import msgspec
import pytest

from tests.destination.factories import NOW, command, event, outcomes, refusal, subscribed
from worker.cli.tester_event import as_event
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import CompiledSubscription, Subscription, Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.fql import compile_trigger

TRIGGERS = [
    'type = "track"',
    'type = "track" and event = "A"',
    'event = "A" or event = "B"',
    'type = "page" or type = "track"',
    'event != "A"',
    'properties.x = "1"',
    'type = "track" and event = "B" and properties.x = "1"',
    'type != "identify"',
    'name = "A"',
]
EVENTS: list[JsonObject] = [
    {"type": kind, "event": name, "name": name, "properties": {"x": x}}
    for kind in ("track", "page", "identify", "import", "")
    for name in ("A", "B", "C", None, 5)
    for x in ("1", "2", None)
]


def subscription(name: str, trigger: str) -> Subscription:
    mapping: JsonObject = {"id": "u", "name": name}
    return Subscription(name=name, action="trackEvent", trigger=trigger, mapping=mapping)


def test_the_index_finds_exactly_what_matches_in_the_order_configured() -> None:
    found = subscribed([subscription(trigger, trigger) for trigger in TRIGGERS])
    for data in EVENTS:
        matching = [one.subscription for one in found.commands(as_event(data), NOW)]
        assert matching == [trigger for trigger in TRIGGERS if compile_trigger(trigger).matches(data)], data


def counted(one: CompiledSubscription, count: Callable[[], None]) -> CompiledSubscription:
    matches = one.trigger.matches

    def counting(data: JsonObject) -> bool:
        count()
        return matches(data)

    return msgspec.structs.replace(one, trigger=msgspec.structs.replace(one.trigger, matches=counting))


@pytest.mark.parametrize("configured", [15, 150, 1500])
def test_an_event_tries_only_the_triggers_that_can_match(configured: int) -> None:
    tried: list[None] = []
    settings = ActionSettings()
    extra = [subscription(f"Event {at}", f'type = "track" and event = "Event {at}"') for at in range(configured - 15)]
    compiled = Subscriptions.compile([*automatic(settings), *extra], settings).compiled
    found = Subscriptions([counted(one, lambda: tried.append(None)) for one in compiled])
    assert len(found.compiled) == configured + 1
    ordered = as_event(event("track", userId="u", event="Order Completed"))
    assert [one.subscription for one in found.commands(ordered, NOW)] == ["Track Event"]
    assert len(tried) <= 2


def test_long_names_of_events_are_not_kept() -> None:
    found = subscribed()
    tracemalloc.start()
    try:
        for number in range(100):
            name = f"{number:0100000}"
            assert len(found.commands(as_event(event("track", userId="u", event=name)), NOW)) == 1
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_the_15_presets_are_subscribed_and_the_deletion_request() -> None:
    names = [one.name for one in subscribed().compiled]
    assert len(names) == 16
    assert names[-1] == "Segment Deletion Request"


def test_a_deletion_request_of_segment_deletes_the_person() -> None:
    found = command(event("delete", userId="u1"))
    assert (found["type"], found["action"], found["identifiers"]) == ("person", "delete", {"id": "u1"})
    assert refusal(event("delete")).error == "The root value is missing the required field 'person_id'."


def test_refusals_name_the_subscription_and_the_reason() -> None:
    outcome = refusal(event("page", userId="u1", name="Home"))
    assert (outcome.subscription, outcome.action) == ("Track Page View", "trackPageView")
    assert outcome.error == "The root value is missing the required field 'url'."
    assert outcome.reason is Reason.INVALID_FIELDS


def test_a_mapping_that_fails_on_an_event_refuses_it() -> None:
    mapping: JsonObject = {
        "id": "u",
        "name": "X",
        "data": {"a": [{"@nothing": 1}]},
    }  # arrays are checked only when used
    one = Subscription(name="S", action="trackEvent", trigger='type = "track"', mapping=mapping)
    (outcome,) = subscribed([one]).commands(as_event(event("track", event="X")), NOW)
    assert outcome.commands == []
    assert outcome.reason is Reason.INVALID_FIELDS


def test_pages_of_segments_api_take_their_name_as_url() -> None:
    mapping = automatic(ActionSettings())[7].mapping | {"url": {"@path": "$.name"}}
    page = Subscription(name="P", action="trackPageView", trigger='type = "page"', mapping=mapping)
    (outcome,) = subscribed([page]).commands(as_event(event("page", userId="u1", name="Home")), NOW)
    assert outcome.commands[0].name == "Home"


def test_strict_triggers_mean_what_they_seem_to() -> None:
    trigger = 'type = "page" or type = "track" and event = "A"'
    data: JsonObject = {"type": "page", "userId": "u"}
    settings = ActionSettings()
    one = [subscription("S", trigger)]
    assert Subscriptions.compile(one, settings).commands(as_event(data), NOW) == []
    assert len(Subscriptions.compile(one, settings, strict=True).commands(as_event(data), NOW)) == 1


def named(*names: str) -> Subscriptions:
    """The automatic presets of a workspace that `integrations` of events know by these names."""
    settings = ActionSettings()
    return Subscriptions.compile(automatic(settings), settings, integration_names=names)


def test_events_that_their_integrations_rule_out_become_nothing() -> None:
    workspace = named("Customer.io")
    data = event("track", userId="u1", event="Paid")
    ruled_out = as_event(data | {"integrations": {"All": False}})
    assert (workspace.rule_out(ruled_out), workspace.commands(ruled_out, NOW)) == (True, [])
    meant = as_event(data | {"integrations": {"All": False, "Customer.io": True}})
    assert (workspace.rule_out(meant), len(workspace.commands(meant, NOW))) == (False, 1)


def test_integrations_count_only_where_the_workspace_has_a_name() -> None:
    ruled_out = as_event(event("track", userId="u1", event="Paid", integrations={"All": False, "Customer.io": False}))
    assert (named().rule_out(ruled_out), len(named().commands(ruled_out, NOW))) == (False, 1)


def test_no_integrations_rule_out_a_deletion_request() -> None:
    request = as_event(event("delete", userId="u1", integrations={"All": False}))
    assert len(named("Customer.io").commands(request, NOW)) == 1


ID_ONLY = ActionSettings(identifiers="id")


@pytest.mark.parametrize(
    ("user_id", "identifiers"),
    [
        ("u1", {"id": "u1"}),
        ("a@b.co", {"id": "a@b.co"}),
        ("cio_0a", {"cio_id": "0a"}),
        ("", {"anonymous_id": "anon-1"}),
        (None, {"anonymous_id": "anon-1"}),
    ],
)
@pytest.mark.parametrize("kind", ["identify", "track", "group"])
def test_in_an_id_workspace_only_ids_name_people(kind: str, user_id: str | None, identifiers: JsonObject) -> None:
    data = event(kind, userId=user_id, event="X", groupId="g", traits={"email": "a@b.co"})
    found = command(data, ID_ONLY)
    relationships = found.get("cio_relationships")
    named = relationships[0] if isinstance(relationships, list) else found
    assert isinstance(named, dict)
    assert named["identifiers"] == identifiers


def test_the_workspace_gives_objects_their_type() -> None:
    settings = ActionSettings(default_object_type_id="7")
    deleted: JsonObject = {"objectId": "g"}
    typed: dict[str, Json] = {"object_id": "g", "object_type_id": "7"}
    assert command(event("group", userId="u", groupId="g"), settings)["identifiers"] == typed
    assert (
        command(event("track", userId="u", event="Object Deleted", properties=deleted), settings)["identifiers"]
        == typed
    )
    given: JsonObject = {"object_type_id": 2}
    found = command(event("group", userId="u", groupId="g", traits=given), settings)
    assert found["identifiers"] == {"object_id": "g", "object_type_id": "2"}


def test_a_workspace_without_conversion_keeps_times_as_they_are() -> None:
    settings = ActionSettings(convert_timestamps=False)
    found = command(event("identify", userId="u", traits={"at": "2020-01-01"}), settings)
    assert found["attributes"] == {"at": "2020-01-01", "anonymous_id": "anon-1"}
    assert found["timestamp"] == 1_685_620_800


def test_an_event_of_no_known_type_reaches_nobody() -> None:
    assert outcomes({"type": "import", "userId": "u"}) == []
