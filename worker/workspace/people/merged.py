"""Where a person was who is merged into another: everything goes on to that one."""

from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace import pages, queues
from worker.workspace.keys import PROFILE, object_key, profile_key, relationship_key
from worker.workspace.messages.calls import Request
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import Absorb, Absorbed, AbsorbNames, AbsorbRelationship, AbsorbSeen, MergeAnswer
from worker.workspace.messages.objects import Leave
from worker.workspace.messages.people import (
    Answer,
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
from worker.workspace.people import circles, events
from worker.workspace.registers import Register
from worker.workspace.turn import Turn
from worker.workspace.values.people import Merged

MOVE_STEP: Final = 4
"""Pages moved in one decision; the rest follows by messages to itself."""

RELATIONSHIPS_STEP: Final = 2
"""Relationships moved in the place of a page: each may have 100 KB and more of attributes."""


def at_merged(turn: Turn, merged: Merged, message: PeopleMessage) -> None:
    """Decide a message to somebody who is merged into another."""
    to = profile_key(merged.into)
    match message:
        case Request():
            turn.tell(replace(message, to=to, via=message.via or profile_key(merged.cio_id)))
        case (
            Answer()
            | Halves()
            | Declined()
            | MergeAnswer()
            | AbsorbNames()
            | AbsorbSeen()
            | AbsorbRelationship()
            | ObjectGone()
        ):
            turn.tell(replace(message, to=to))
        case Absorb():
            circles.pass_on(turn, merged, message)
        case Absorbed():
            turn.put(profile_key(merged.cio_id), replace(merged, home=False))
        case DeviceHeld():
            turn.tell(replace(message, to=to, forwarded=True))
        case DeviceLost():
            pass  # the device is the authority on whose it is, and tells the primary by itself
        case Disown():
            events.disown(turn, merged.cio_id, message)
            if not message.merged and merged.into != message.owner:
                turn.tell(replace(message, to=to))
        case Continue():
            move_pages(turn, merged, message.cause)
        case Release() | Rebind() | Block() | Clear() | ReportDelivery():
            raise AssertionError(f"{type(message).__name__} is not for a profile")
        case _:
            assert_never(message)


def move_pages(turn: Turn, merged: Merged, cause: Cause) -> None:
    """Send on what the person had, some pages of it."""
    cio_id, to = merged.cio_id, profile_key(merged.into)
    for _ in range(MOVE_STEP):
        if merged.anonymous:
            merged = replace(merged, anonymous=merged.anonymous - 1)
            names = pages.take(turn, "anonymous", cio_id, merged.anonymous)
            turn.tell(AbsorbNames(to=to, cause=cause, origin=cio_id, kind="anonymous", names=names))
        elif merged.devices:
            merged = replace(merged, devices=merged.devices - 1)
            names = pages.take(turn, "devices", cio_id, merged.devices)
            turn.tell(AbsorbNames(to=to, cause=cause, origin=cio_id, kind="devices", names=names))
        elif merged.relationships:
            page = merged.relationships - 1
            related, emptied = pages.take_some(turn, "relationships", cio_id, page, RELATIONSHIPS_STEP)
            for name in related:
                _move_relationship(turn, merged, name, cause)
            if emptied:
                merged = replace(merged, relationships=page)
        elif merged.groups:
            call, waiting = queues.pop(turn, "groups", cio_id, merged.groups)
            merged = replace(merged, groups=waiting)
            via = call.via if call.via.startswith(PROFILE) else profile_key(cio_id)
            turn.tell(replace(call, to=to, via=via))
        else:
            break
    key = profile_key(cio_id)
    turn.put(key, merged)
    if merged.anonymous or merged.devices or merged.relationships or merged.groups:
        turn.send("people", Continue(to=key, cause=cause))


def _move_relationship(turn: Turn, merged: Merged, name: str, cause: Cause) -> None:
    record = relationship_key(merged.cio_id, name)
    relationship = turn.find(record, Register)
    turn.delete(record)
    if relationship is None:
        return
    turn.tell(
        AbsorbRelationship(
            to=profile_key(merged.into),
            cause=cause,
            origin=merged.cio_id,
            name=name,
            relationship=relationship,
        )
    )
    if relationship.present:
        turn.send("objects", Leave(to=object_key(name), cause=cause, name=name, cio_id=merged.cio_id))
