"""Whom a command is about: who is refused, and why."""

import pytest

from worker.destination.command import Command
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.workspace.effects import DeadLetter, Send
from worker.workspace.junk import LONGEST
from worker.workspace.messages.calls import Merge
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.people import ReportDelivery
from worker.workspace.routing import route
from worker.workspace.settings import WorkspaceSettings

CAUSE = Cause("m1", 1_700_000_000.5, 1_700_000_009.0, "segment.events", 3, 4)
JUNK_ALLOWED = WorkspaceSettings(allow_junk_identifiers=True)
ACME = {"object_type_id": "1", "object_id": "acme"}


def grouped(person: JsonObject) -> Command:
    return Command(type="object", action="identify", identifiers=ACME, cio_relationships=[person])


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Command(type="person", action="event", name="Done"), Reason.NO_IDENTIFIER),
        (Command(type="person", action="event", identifiers={}, name="Done"), Reason.NO_IDENTIFIER),
        (Command(type="person", action="event", identifiers={"phone": "1"}, name="Done"), Reason.NO_IDENTIFIER),
        (Command(type="person", action="merge", primary={"id": "ada"}), Reason.NO_IDENTIFIER),
        (grouped({}), Reason.NO_IDENTIFIER),
        (grouped({"identifiers": {"id": 5}}), Reason.NO_IDENTIFIER),
        (Command(type="object", action="identify"), Reason.NO_IDENTIFIER),
        (Command(type="object", action="identify", identifiers={"object_id": "acme"}), Reason.NO_IDENTIFIER),
        (Command(type="object", action="identify", identifiers={"object_type_id": "1"}), Reason.NO_IDENTIFIER),
        (Command(type="object", action="identify", identifiers={**ACME, "object_id": ""}), Reason.NO_IDENTIFIER),
        (Command(type="object", action="identify", identifiers={**ACME, "object_type_id": ""}), Reason.NO_IDENTIFIER),
        (Command(type="object", action="suppress", identifiers=ACME), Reason.UNSUPPORTED),
        (Command(type="person", action="delete_relationships", identifiers={"id": "ada"}), Reason.UNSUPPORTED),
        (Command(type="person", action="report", identifiers={"id": "ada"}), Reason.UNSUPPORTED),
    ],
)
def test_commands_about_nobody(command: Command, reason: Reason) -> None:
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, DeadLetter)
    assert effect.reason is reason


@pytest.mark.parametrize("named", [{"object_type_id": 1, "object_id": "acme"}, {"object_type_id": "1", "object_id": 5}])
def test_an_object_that_an_identify_names_by_something_else_than_text(named: JsonObject) -> None:
    group: JsonObject = {"identifiers": named}
    command = Command(type="person", action="identify", identifiers={"id": "ada"}, cio_relationships=[group])
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, DeadLetter)
    assert effect.reason is Reason.NO_IDENTIFIER


@pytest.mark.parametrize(("name", "taken"), [("null", True), (" " * LONGEST, True), ("x" * (LONGEST + 1), False)])
def test_a_workspace_that_allows_junk_takes_all_but_what_is_far_too_long(name: str, *, taken: bool) -> None:
    command = Command(type="person", action="event", identifiers={"id": name}, name="Done")
    (refused,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(refused, DeadLetter)
    (effect,) = route(command, CAUSE, JUNK_ALLOWED)
    assert isinstance(effect, Send if taken else DeadLetter)


def test_junk_that_is_to_be_merged_is_for_the_primary_to_refuse() -> None:
    command = Command(type="person", action="merge", primary={"id": "ada"}, secondary={"id": "null"})
    (effect,) = route(command, CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, Merge)
    assert effect.message.secondary == "id:null"


def test_a_report_of_a_delivery_without_an_id() -> None:
    (effect,) = route(Command(type="delivery", action="report", metric="opened"), CAUSE, WorkspaceSettings())
    assert isinstance(effect, Send)
    assert isinstance(effect.message, ReportDelivery)
    assert (effect.key, effect.message.delivery_id) == ("delivery:", "")
