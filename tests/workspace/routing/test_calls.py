"""The calls of people: what of an identify is an identifier, which devices can be named."""

import pytest

from worker.destination.command import Command
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.workspace.changes import IgnoredAnonymousIdentify
from worker.workspace.effects import DeadLetter, Publish, Send
from worker.workspace.junk import LONGEST, LONGEST_TOKEN
from worker.workspace.messages.anonymous import Under
from worker.workspace.messages.calls import AddDevice, Event, Identify, Relate, Relation, UsedDevice
from worker.workspace.messages.cause import Cause
from worker.workspace.routing import joined, route
from worker.workspace.settings import WorkspaceSettings

CAUSE = Cause("m1", 1_700_000_000.5, 1_700_000_009.0, "segment.events", 3, 4)
ADA = {"id": "ada"}
PHONE: JsonObject = {"token": "t", "platform": "ios"}


def identified(
    attributes: JsonObject, settings: WorkspaceSettings | None = None, identifiers: dict[str, str] | None = None
) -> Identify:
    command = Command(type="person", action="identify", identifiers=identifiers or ADA, attributes=attributes)
    (effect,) = route(command, CAUSE, settings or WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Identify)
    return effect.message


@pytest.mark.parametrize(
    ("given", "id_"),
    [("x", "x"), (5, "5"), (True, None), (1.5, None), ("", None), (None, None), ([], None), ("null", None)],
)
def test_the_id_among_the_attributes(given: Json, id_: str | None) -> None:
    call = identified({"id": given, "cio_id": "0001abc"})
    assert (call.id, call.attributes) == (id_, {})


def test_an_id_that_the_workspace_allows() -> None:
    allowed = WorkspaceSettings(allow_junk_identifiers=True)
    assert identified({"id": "null"}, allowed).id == "null"
    assert identified({"id": "x" * (LONGEST + 1)}, allowed).id is None


def test_an_identify_without_attributes() -> None:
    (effect,) = route(Command(type="person", action="identify", identifiers=ADA), CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Identify)
    assert effect.message.attributes == {}


@pytest.mark.parametrize(
    ("email", "verdict"),
    [
        ("ada@x.io", ""),
        (" ada@x.io ", ""),
        ("@x.io", "invalid"),
        ("ada@", "invalid"),
        ("ada", "invalid"),
        ("ada@b@x.io", "invalid"),
        ("a da@x.io", "invalid"),
        ("ada@x. io", "invalid"),
        ("ada\0@x.io", "invalid"),
        ("a" * (LONGEST - 5) + "@x.io", ""),
    ],
)
def test_what_can_be_an_email_address(email: str, verdict: str) -> None:
    call = identified({"email": email})
    assert (call.email, call.email_verdict) == (email, verdict)


@pytest.mark.parametrize("email", ["a" * (LONGEST - 4) + "@x.io", "a@" + "x" * LONGEST, "a" * 200_000])
def test_of_an_email_address_that_is_far_too_long_the_beginning_is_told(email: str) -> None:
    call = identified({"email": email})
    assert call.email == email[:66] + "…"
    assert call.email_verdict == "invalid"


def test_a_lead_has_the_email_address_that_names_it_as_it_was_given() -> None:
    assert identified({}, identifiers={"email": "Ada@X.io"}).email == "Ada@X.io"
    assert identified({"email": "B@x.io"}, identifiers={"email": "Ada@X.io"}).email == "B@x.io"
    assert identified({}).email is None


def test_by_ids_only_no_email_address_is_invalid() -> None:
    call = identified({"email": "no address", "id": "ada"}, WorkspaceSettings(identifiers="id"))
    assert (call.email, call.email_verdict, call.attributes) == (None, "", {"email": "no address"})
    assert identified({"id": "ada"}, WorkspaceSettings(identifiers="id")).attributes == {}


def test_what_comes_with_an_identify() -> None:
    group: JsonObject = {
        "identifiers": {"object_type_id": "1", "object_id": "acme"},
        "relationship_attributes": {"role": "admin"},
    }
    command = Command(
        type="person", action="identify", identifiers=ADA, attributes={}, cio_relationships=[group], device=PHONE
    )
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Identify)
    assert effect.message.relations == (Relation("1/acme", {"role": "admin"}),)
    assert effect.message.device == UsedDevice(CAUSE.time, "t", "ios", 1_700_000_000, {})


def test_what_comes_with_an_anonymous_identify_waits() -> None:
    group: JsonObject = {"identifiers": {"object_type_id": "1", "object_id": "acme"}}
    command = Command(
        type="person", action="identify", identifiers={"anonymous_id": "a"}, attributes={"plan": "pro"},
        cio_relationships=[group], device=PHONE,
    )  # fmt: skip
    ignored, *waiting = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(ignored, Publish)
    assert isinstance(ignored.change, IgnoredAnonymousIdentify)
    calls = [
        effect.message.call for effect in waiting if isinstance(effect, Send) and isinstance(effect.message, Under)
    ]
    assert [type(call) for call in calls] == [Relate, AddDevice]
    assert [call.anonymous_id for call in calls] == ["a", "a"]


def test_an_identify_and_its_device_are_one() -> None:
    first = Command(type="person", action="identify", identifiers=ADA, attributes={})
    second = Command(type="person", action="add_device", identifiers=ADA, device=PHONE)
    assert joined([first, second]) == [
        Command(type="person", action="identify", identifiers=ADA, attributes={}, device=PHONE)
    ]
    nameless = Command(type="person", action="add_device", identifiers=ADA, device={"platform": "ios"})
    event = Command(type="person", action="event", identifiers=ADA, name="Done")
    for others in ([first], [first, nameless], [event, second], [first, event], [first, second, event]):
        assert joined(others) == others


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("x" * LONGEST_TOKEN, "x" * LONGEST_TOKEN),
        (7, "7"),
        ("x" * (LONGEST_TOKEN + 1), None),
        ("", None),
        (True, None),
        (None, None),
    ],
)
def test_a_device_is_named_by_a_token_that_is_not_far_too_long(token: Json, name: str | None) -> None:
    command = Command(type="person", action="add_device", identifiers=ADA, device={"token": token})
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    if name is None:
        assert isinstance(effect, DeadLetter)
        assert effect.reason is Reason.INVALID_FIELDS
    else:
        assert isinstance(effect, Send)
        assert isinstance(effect.message, AddDevice)
        assert effect.message.token == name


def test_a_device_call_without_a_device() -> None:
    for action in ("add_device", "delete_device"):
        (effect,) = route(Command(type="person", action=action, identifiers=ADA), CAUSE, WorkspaceSettings())
        assert isinstance(effect, DeadLetter)
        assert effect.reason is Reason.INVALID_FIELDS


@pytest.mark.parametrize("last_used", [True, None, "", "soon", {}, -(10**30)])
def test_a_device_that_does_not_say_when_is_used_now(last_used: Json) -> None:
    command = Command(
        type="person", action="add_device", identifiers=ADA, device={"token": "t", "last_used": last_used}
    )
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, AddDevice)
    assert (effect.message.at, effect.message.last_used) == (CAUSE.time, 1_700_000_000)


def test_content_that_was_clicked_is_an_event_of_that_name() -> None:
    command = Command(type="person", action="clicked_content", identifiers=ADA)
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Event)
    assert (effect.message.kind, effect.message.name) == ("event", "clicked_content")


def test_a_command_stays_as_it_was() -> None:
    attributes: JsonObject = {"anonymous_id": "a", "email": "a@x.io", "plan": "pro"}
    for action in ("event", "identify"):
        for settings in (WorkspaceSettings(), WorkspaceSettings(identifiers="id")):
            command = Command(type="person", action=action, identifiers=ADA, attributes=attributes, name="Done")
            route(command, CAUSE, settings)
    assert attributes == {"anonymous_id": "a", "email": "a@x.io", "plan": "pro"}


def test_a_platform_that_is_far_too_long_is_none() -> None:
    device: JsonObject = {"token": "t", "platform": "p" * (LONGEST + 1)}
    (effect,) = route(
        Command(type="person", action="add_device", identifiers=ADA, device=device), CAUSE, WorkspaceSettings()
    )
    assert isinstance(effect, Send)
    assert isinstance(effect.message, AddDevice)
    assert effect.message.platform == ""
