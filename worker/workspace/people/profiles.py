"""What a message does to a profile: a person, or where one was."""

from typing import assert_never

from msgspec.structs import replace

from worker.workspace.keys import FORMER
from worker.workspace.messages.calls import (
    AddDevice,
    Erase,
    Event,
    Identify,
    Merge,
    Relate,
    RemoveDevice,
    Request,
    Unrelate,
)
from worker.workspace.messages.merging import (
    Absorb,
    Absorbed,
    AbsorbNames,
    AbsorbRelationship,
    AbsorbSeen,
    MergeAnswer,
    MergeInto,
)
from worker.workspace.messages.people import (
    Answer,
    Ask,
    Block,
    Clear,
    Continue,
    Declined,
    DeviceHeld,
    DeviceLost,
    Disown,
    Halves,
    ObjectGone,
    PeopleMessage,
    Rebind,
    Release,
    ReportDelivery,
)
from worker.workspace.people import absorption, claims, deletion, devices, events, groups, halves, identify, merging
from worker.workspace.people.answers import merge_answer
from worker.workspace.people.gone import at_gone
from worker.workspace.people.identity import owns
from worker.workspace.people.ignoring import call_name, ignore_unknown
from worker.workspace.people.merged import at_merged
from worker.workspace.turn import Turn
from worker.workspace.values.people import Gone, Merged, Profile
from worker.workspace.values.records import WaitingCall


def at_profile(turn: Turn, key: str, message: PeopleMessage) -> None:
    """Decide `message`, addressed to the profile `key`."""
    record = turn.get(key)
    if isinstance(record, Profile):
        _at_person(turn, record, message)
        return
    match record:
        case Merged():
            at_merged(turn, record, message)
        case Gone():
            at_gone(turn, record, message)
        case _:
            assert record is None, f"{key} holds a {type(record).__name__}"
            _at_nobody(turn, key, message)


def _at_person(turn: Turn, profile: Profile, message: PeopleMessage) -> None:
    if type(message) is Event or isinstance(message, Request):  # most are events
        via = message.via
        if via and not owns(turn, profile, via) and not via.startswith(FORMER):
            # The handle hears that it is no longer this person's before it meets the call again.
            turn.tell(replace(message, to=via, via=""))
        else:
            _call(turn, profile, message)
        return
    match message:
        case Absorb() | AbsorbNames() | AbsorbSeen() | AbsorbRelationship():
            absorption.absorb(turn, profile, message)
        case DeviceHeld() | DeviceLost():
            devices.learn(turn, profile, message)
        case ObjectGone():
            groups.object_gone(turn, profile, message)
        case Disown():
            events.disown(turn, profile.cio_id, message)
        case Continue():
            groups.process_waiting(turn, profile, message.cause)
        case Answer() | Halves() | Declined() | MergeAnswer():
            _answer(turn, profile, message)
        case Release() | Rebind() | Block() | Clear() | ReportDelivery() | Absorbed():
            raise AssertionError(f"{type(message).__name__} is not for a profile")
        case _:
            assert_never(message)


def _call(turn: Turn, profile: Profile, call: WaitingCall) -> None:
    if type(call) is Event:
        events.receive(turn, profile, call)
        return
    match call:
        case Identify():
            identify.process(turn, profile, call)
        case Relate() | Unrelate():
            groups.receive(turn, profile, call)
        case AddDevice() | RemoveDevice():
            devices.pass_on(turn, profile, call)
        case Merge():
            merging.start(turn, profile, call)
        case Erase():
            deletion.erase(turn, profile, call)
        case Ask():
            claims.asked(turn, profile, call)
        case MergeInto():
            merging.merge_into(turn, profile, call)
        case _:
            assert_never(call)


def _answer(turn: Turn, profile: Profile, message: Answer | Halves | Declined | MergeAnswer) -> None:
    match message:
        case Answer():
            identify.answered(turn, profile, message)
        case Halves():
            halves.offered(turn, profile, message)
        case Declined():
            halves.declined(turn, profile, message)
        case MergeAnswer():
            merging.answered(turn, profile, message)
        case _:
            assert_never(message)


def _at_nobody(turn: Turn, key: str, message: PeopleMessage) -> None:
    """There has never been such a person."""
    match message:
        case Event() | Identify() | Relate() | Unrelate() | AddDevice() | RemoveDevice() | Merge() | Erase():
            ignore_unknown(turn, key, message.cause, call_name(message))
        case MergeInto():
            turn.tell(merge_answer(message, "unknown"))
        case _:
            raise AssertionError(f"{type(message).__name__} for {key}, whom there is not")
