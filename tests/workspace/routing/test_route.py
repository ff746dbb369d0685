"""From commands to messages: which topic, which key, and what is refused."""

from typing import Literal

import msgspec
import pytest

from worker.destination.command import Command
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.workspace.changes import IgnoredAnonymousIdentify
from worker.workspace.effects import DeadLetter, Publish, Send
from worker.workspace.junk import LONGEST
from worker.workspace.messages.anonymous import Under
from worker.workspace.messages.calls import AddDevice, Erase, Event, Identify, Merge, Relate, RemoveDevice, Unrelate
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import DeleteObject, UpdateObject
from worker.workspace.messages.people import ReportDelivery
from worker.workspace.routing import route
from worker.workspace.settings import WorkspaceSettings

CAUSE = Cause("m1", 1_700_000_000.5, 1_700_000_009.0, "segment.events", 3, 4)
ACME = {"object_type_id": "1", "object_id": "acme"}


def one(command: Command, settings: WorkspaceSettings | None = None) -> Send:
    (effect,) = route(command, CAUSE, WorkspaceSettings() if settings is None else settings)
    assert isinstance(effect, Send)
    return effect


def identify(identifiers: dict[str, str], attributes: JsonObject | None = None) -> Command:
    return Command(type="person", action="identify", identifiers=identifiers, attributes=attributes or {})


@pytest.mark.parametrize(
    ("identifiers", "key"),
    [
        ({"id": "Ada"}, "id:Ada"),
        ({"email": "Ada@X.io"}, "email:ada@x.io"),
        ({"cio_id": "0001abc"}, "cio:0001abc"),
    ],
)
def test_who_a_call_is_addressed_to(identifiers: dict[str, str], key: str) -> None:
    sent = one(identify(identifiers, {"plan": "pro", "email": "A@x.io", "id": "i", "anonymous_id": "a"}))
    assert (sent.entity, sent.key) == ("people", key)
    call = sent.message
    assert isinstance(call, Identify)
    assert call.attributes == {"plan": "pro"}
    assert (call.id, call.email, call.anonymous_id, call.named) == ("i", "A@x.io", "a", key)
    assert call.at == CAUSE.time


def test_by_ids_only_the_email_is_an_attribute() -> None:
    settings = WorkspaceSettings(identifiers="id")
    call = one(identify({"id": "ada"}, {"email": "a@x.io"}), settings).message
    assert isinstance(call, Identify)
    assert call.attributes == {"email": "a@x.io"}
    assert call.email is None


def test_no_email_address_is_told_to_be_none() -> None:
    call = one(identify({"id": "ada"}, {"email": "not an address"})).message
    assert isinstance(call, Identify)
    assert call.email_verdict == "invalid"


def test_an_anonymous_identify_is_nobodys() -> None:
    (effect,) = route(identify({"anonymous_id": "a"}), CAUSE, WorkspaceSettings())
    assert isinstance(effect, Publish)
    assert isinstance(effect.change, IgnoredAnonymousIdentify)


@pytest.mark.parametrize("action", ["event", "page", "screen"])
def test_events(action: Literal["event", "page", "screen"]) -> None:
    command = Command(
        type="person", action=action, identifiers={"id": "ada"}, name="Done", attributes={"n": 1}, timestamp=7
    )
    call = one(command).message
    assert isinstance(call, Event)
    assert (call.kind, call.name, call.id, call.timestamp, call.at) == (action, "Done", "m1", 7, 7.0)


def test_an_events_name_is_trimmed() -> None:
    call = one(Command(type="person", action="event", identifiers={"id": "ada"}, name=" Done\n")).message
    assert isinstance(call, Event)
    assert call.name == "Done"


@pytest.mark.parametrize("type_id", ["abc", "1.5", "-1", "0", "true", " 2", "02", "\u0662"])
def test_a_type_of_objects_is_a_whole_number(type_id: str) -> None:
    identifiers = {"object_type_id": type_id, "object_id": "acme"}
    (effect,) = route(Command(type="object", action="delete", identifiers=identifiers), CAUSE, WorkspaceSettings())
    assert isinstance(effect, DeadLetter)
    assert effect.reason is Reason.INVALID_FIELDS
    assert type_id in effect.detail


@pytest.mark.parametrize(
    ("said", "at", "timestamp"),
    [
        ("1700000000500", 1_700_000_000.5, 1_700_000_000),
        (1_600_000_000, 1_600_000_000.0, 1_600_000_000),
        (253_402_300_799, 253_402_300_799.0, 253_402_300_799),
        (-62_135_596_800, -62_135_596_800.0, -62_135_596_800),
        (10**30, CAUSE.time, 1_700_000_000),
        ("1600000000500", 1_600_000_000.0, 1_600_000_000),
        ("1600000000.5", 1_600_000_000.5, 1_600_000_000.5),
        (1_600_000_000_500.0, 1_600_000_000.5, 1_600_000_000.5),
        (1e300, CAUSE.time, 1_700_000_000),
        ("9" * 30, CAUSE.time, 1_700_000_000),
        ("no time", CAUSE.time, 1_700_000_000),
    ],
)
def test_the_time_of_an_event(said: str | float, at: float, timestamp: float) -> None:
    call = one(Command(type="person", action="event", identifiers={"id": "ada"}, name="Done", timestamp=said)).message
    assert isinstance(call, Event)
    assert (call.at, call.timestamp) == (at, timestamp)


def test_events_of_an_anonymous_id_go_to_it() -> None:
    command = Command(
        type="person", action="event", identifiers={"anonymous_id": "a"}, name="Done", attributes={"anonymous_id": "a"}
    )
    sent = one(command)
    assert (sent.entity, sent.key) == ("anonymous", "anonymous:a")
    assert isinstance(sent.message, Under)
    assert isinstance(sent.message.call, Event)
    assert sent.message.call.anonymous_id == "a"
    assert sent.message.call.attributes == {}


def test_devices() -> None:
    added = Command(
        type="person", action="add_device", identifiers={"id": "ada"},
        device={"token": "t", "platform": "ios", "last_used": 5, "attributes": {"v": 1}},
    )  # fmt: skip
    call = one(added).message
    assert isinstance(call, AddDevice)
    assert (call.token, call.platform, call.last_used, call.at, call.attributes) == ("t", "ios", 5, 5.0, {"v": 1})
    later = msgspec.structs.replace(added, device={"token": "t", "last_used": "253402300799000"})
    call = one(later).message
    assert isinstance(call, AddDevice)
    assert (call.last_used, call.at) == (253_402_300_799, 253_402_300_799.0)
    removed = Command(type="person", action="delete_device", identifiers={"id": "ada"}, device={"token": "t"})
    assert isinstance(one(removed).message, RemoveDevice)


def test_merges_and_erasures() -> None:
    merge = one(Command(type="person", action="merge", primary={"id": "ada"}, secondary={"email": "B@x.io"})).message
    assert isinstance(merge, Merge)
    assert (merge.to, merge.secondary) == ("id:ada", "email:b@x.io")
    erase = one(Command(type="person", action="suppress", identifiers={"id": "ada"})).message
    assert isinstance(erase, Erase)
    assert erase.action == "suppress"


def test_objects() -> None:
    person: JsonObject = {"identifiers": {"id": "ada"}, "relationship_attributes": {"role": "admin"}}
    grouped = Command(
        type="object", action="identify", identifiers=ACME, attributes={"plan": "pro"}, cio_relationships=[person]
    )
    relate = one(grouped).message
    assert isinstance(relate, Relate)
    assert (relate.to, relate.name) == ("id:ada", "1/acme")
    assert relate.object_attributes == {"plan": "pro"}
    assert relate.relationship_attributes == {"role": "admin"}
    alone = one(Command(type="object", action="identify", identifiers=ACME, attributes={"plan": "pro"}))
    assert (alone.entity, alone.key) == ("objects", "object:1/acme")
    assert isinstance(alone.message, UpdateObject)
    assert isinstance(one(Command(type="object", action="delete", identifiers=ACME)).message, DeleteObject)
    ended = Command(type="object", action="delete_relationships", identifiers=ACME, cio_relationships=[person])
    assert isinstance(one(ended).message, Unrelate)


def test_a_report_of_a_delivery_has_what_was_given() -> None:
    sent = one(Command(type="delivery", action="report", delivery_id="d1", metric="opened", recipient="a@x.io"))
    assert (sent.entity, sent.key) == ("people", "delivery:d1")
    assert isinstance(sent.message, ReportDelivery)
    assert sent.message.report == {"metric": "opened", "recipient": "a@x.io"}
    assert sent.message.at == CAUSE.time


@pytest.mark.parametrize("more", [0, 1])
def test_the_longest_identifier(more: int) -> None:
    name = "x" * (LONGEST + more)
    longest: list[dict[str, str]] = [{"id": name}, {"anonymous_id": name}]
    commands = [Command(type="person", action="event", identifiers=one, name="Done") for one in longest]
    objects = [{**ACME, "object_id": name}, {**ACME, "object_type_id": "1" * len(name)}]
    commands += [Command(type="object", action="identify", identifiers=one) for one in objects]
    commands.append(Command(type="delivery", action="report", delivery_id=name, metric="opened"))
    call = one(identify({"id": "ada"}, {"id": name})).message
    assert isinstance(call, Identify)
    assert call.id == (None if more else name)
    for command in commands:
        (effect,) = route(command, CAUSE, WorkspaceSettings())
        assert isinstance(effect, DeadLetter if more else Send)
        assert not isinstance(effect, DeadLetter) or effect.reason == Reason.JUNK_IDENTIFIER


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (identify({"id": "undefined"}), Reason.JUNK_IDENTIFIER),
        (Command(type="person", action="add_device", identifiers={"id": "ada"}, device={}), Reason.INVALID_FIELDS),
        (Command(type="person", action="event", identifiers={"id": "ada"}, name="  "), Reason.INVALID_FIELDS),
        (Command(type="person", action="identify_anonymous", identifiers={"id": "ada"}), Reason.UNSUPPORTED),
    ],
)
def test_dead_letters(command: Command, reason: Reason) -> None:
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, DeadLetter)
    assert effect.reason is reason
