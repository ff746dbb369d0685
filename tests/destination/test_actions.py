"""What actions make of fields that no recorded case has: of edited mappings, and of devices that name half of it."""

import orjson
import pytest

from tests.destination.factories import NOW, command, commands, device, event, outcomes, subscribed
from worker.cli.tester_event import as_event
from worker.destination.actions import ACTIONS
from worker.destination.command import request_body
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription
from worker.jsontypes import Json, JsonObject


def edited(action: str, data: JsonObject, *without: str, **mapping: Json) -> JsonObject:
    """The command of the action with its default mapping, in which these fields are others or are left out."""
    fields = {**ACTIONS[action].default_mapping(ActionSettings()), **mapping}
    fields = {name: node for name, node in fields.items() if name not in without}
    one = Subscription(name="edited", action=action, trigger=f'type = "{data["type"]}"', mapping=fields)
    (found,) = subscribed([one]).commands(as_event(data), NOW)
    (only,) = found.commands
    return request_body(only)


@pytest.mark.parametrize(
    ("who", "identifiers"),
    [({"userId": "u1"}, {"id": "u1"}), ({"userId": None}, {"email": "work@x.io"})],
    ids=["by id", "a lead"],
)
@pytest.mark.parametrize("trait", [{}, {"email": "home@x.io"}, {"email": True}], ids=str)
def test_an_email_that_is_mapped_from_elsewhere_is_the_persons(
    who: JsonObject, identifiers: JsonObject, trait: JsonObject
) -> None:
    traits: JsonObject = {"work": {"email": "work@x.io"}, **trait}
    found = edited(
        "createUpdatePerson", event("identify", **who, traits=traits), email={"@path": "$.traits.work.email"}
    )
    attributes = found["attributes"]
    assert isinstance(attributes, dict)
    assert (found["identifiers"], attributes["email"]) == (identifiers, "work@x.io")


@pytest.mark.parametrize(
    "context", [device(token=""), device(token=7), device(kind=""), device(kind=7), {"device": "d"}]
)
def test_an_identify_adds_no_device_without_a_token_or_platform(context: JsonObject) -> None:
    found = commands(event("identify", userId="u1", traits={}, context=context))
    assert [one["action"] for one in found] == ["identify"]


def test_an_anonymous_call_without_properties_has_no_attributes() -> None:
    found = command(event("track", "properties", event="Done"))
    assert (found["identifiers"], found.get("attributes", {})) == ({"anonymous_id": "anon-1"}, {})


def test_content_may_be_reported_without_its_data() -> None:
    shown = event("track", userId="u1", event="Report Content Event", properties={"actionType": "viewed_content"})
    found = edited("reportContentEvent", shown, "data")
    assert (found["name"], found["attributes"]) == ("viewed_content", {"anonymous_id": "anon-1"})


@pytest.mark.parametrize("context", [device(), {**device(), "app": None}, {**device(), "app": {"version": 7}}])
def test_a_device_of_an_identify_says_only_what_is_known(context: JsonObject) -> None:
    _, found = commands(event("identify", "timestamp", userId="u1", traits={}, context=context))
    assert found["device"] == {"token": "tok-1", "platform": "ios", "attributes": {}}


def test_an_email_that_is_an_array_and_not_mapped_is_none() -> None:
    found = edited("createUpdatePerson", event("identify", userId="u1", traits={"email": [], "plan": "pro"}), "email")
    assert found["attributes"] == {"plan": "pro", "anonymous_id": "anon-1"}


TAKEN: JsonObject = {
    "email": {},
    "anonymous_id": "other",
    "createdAt": "2023-06-01T12:00:00Z",
    "object_type_id": "2",
    "objectId": "acme",
    "objectAttributes": {"plan": "pro", "since": "2023-06-01", "relationship": "partner"},
    "relationshipAttributes": {"since": "2023-06-01"},
    "deliveryId": "d1",
    "actionType": "clicked_content",
    "metric": "opened",
    "__proto__": 1,
}
"""Keys that one action or another takes out of an event's traits or properties, or reads as something else."""


@pytest.mark.parametrize("who", [{"userId": "u1"}, {"userId": None}], ids=["by id", "anonymous"])
@pytest.mark.parametrize(
    "data",
    [
        event("identify", traits=TAKEN, context=device(version="1")),
        event("group", groupId="acme", traits=TAKEN),
        event("page", name="Home", properties={**TAKEN, "url": "https://x.io"}),
        event("screen", name="Home", properties=TAKEN),
        *(
            event("track", event=name, properties=TAKEN, context=device(version="1"))
            for name in ("Done", "Application Opened", "Relationship Deleted", "Object Deleted", "User Deleted")
        ),
        event("track", event="Report Delivery Event", properties=TAKEN),
        event("track", event="Report Content Event", properties=TAKEN),
    ],
    ids=lambda data: data.get("event", data["type"]),
)
def test_an_event_stays_as_it_was_for_the_next_subscription(data: JsonObject, who: JsonObject) -> None:
    data = {**data, **who}
    before = orjson.dumps(data)
    assert outcomes(data)
    assert orjson.dumps(data) == before
