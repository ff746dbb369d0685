"""Group calls: a person's relationships with objects.

They take effect once the person is identified (segment_destination.txt, Group calls and anonymous people); until then
they wait.
"""

from typing import Final

from msgspec.structs import replace

from worker.workspace import pages, queues
from worker.workspace.attributes import Outcome, apply, newer_than
from worker.workspace.changes import CallDeferred, RelationshipChanged
from worker.workspace.keys import object_key, profile_key, relationship_key, split_object_name
from worker.workspace.messages.calls import Deferrable, Relate, Unrelate
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import Leave, UpdateObject
from worker.workspace.messages.people import Continue, ObjectGone
from worker.workspace.people import no_room
from worker.workspace.people.ignoring import call_name
from worker.workspace.people.lineage import above_floor, lowered
from worker.workspace.registers import Register
from worker.workspace.turn import Turn
from worker.workspace.values.people import Profile
from worker.workspace.wire import Stamp

PROCESS_STEP: Final = 4
"""Most waiting calls processed in one decision; the rest follows by a message to itself."""


def receive(turn: Turn, profile: Profile, call: Deferrable) -> None:
    """Apply the call, or let it wait."""
    if profile.identified:
        updated = _apply(turn, profile, call)
        if updated is not profile:
            turn.put(profile_key(profile.cio_id), updated)
        return
    cio_id = profile.cio_id
    key = profile_key(cio_id)
    if queues.holds(turn, "groups", cio_id, profile.groups, call):
        return
    turn.put(key, replace(profile, groups=queues.append(turn, "groups", cio_id, profile.groups, call)))
    tell_deferred(turn, key, call)


def tell_deferred(turn: Turn, subject: str, call: Deferrable) -> None:
    """Say that the call waits at `subject`, a handle or a profile."""
    object_type_id, object_id = split_object_name(call.name)
    turn.publish(
        subject,
        CallDeferred(
            cause=turn.why(call.cause),
            subject=subject,
            call=call_name(call),
            object_type_id=object_type_id,
            object_id=object_id,
        ),
    )


def process_waiting(turn: Turn, profile: Profile, cause: Cause) -> None:
    """Apply what waited for the person to be identified."""
    cio_id = profile.cio_id
    key = profile_key(cio_id)
    for _ in range(PROCESS_STEP):
        if not profile.groups or turn.full:
            break
        call, waiting = queues.pop(turn, "groups", cio_id, profile.groups)
        assert isinstance(call, Relate | Unrelate)
        profile = _apply(turn, replace(profile, groups=waiting), call)
    turn.put(key, profile)
    if profile.groups:
        turn.send("people", Continue(to=key, cause=cause))


def object_gone(turn: Turn, profile: Profile, gone: ObjectGone) -> None:
    """An object was deleted, and with it all of the relationship that is not newer."""
    before = turn.find(relationship_key(profile.cio_id, gone.name), Register) or Register()
    if gone.deleted <= before.floor:
        return
    after = above_floor(before, gone.deleted)
    updated = _lessened(turn, profile, gone.name, before, after, gone.cause)
    if updated is not profile:
        turn.put(profile_key(profile.cio_id), updated)


def _apply(turn: Turn, profile: Profile, call: Deferrable) -> Profile:
    stamp = (lowered(turn, profile, call.via, call.at), call.cause.message_id)
    if isinstance(call, Relate):
        return _relate(turn, profile, call, stamp)
    return _end(turn, profile, call.name, stamp, call.cause)


def _relate(turn: Turn, profile: Profile, call: Relate, stamp: Stamp) -> Profile:
    cio_id, name = profile.cio_id, call.name
    record = relationship_key(cio_id, name)
    before = turn.find(record, Register) or Register()
    own_stamp = (call.at, call.cause.message_id)
    if own_stamp <= before.floor:
        after, outcome = before, apply(before.attributes, {}, stamp)
    else:
        outcome = apply(before.attributes, call.relationship_attributes, stamp, before.removed)
        made = max(before.made, own_stamp)
        after = Register(max(before.added, stamp), before.removed, outcome.attributes, made, before.floor)
        if outcome.written or after.added != before.added or after.made != before.made:
            turn.put_large(record, after, after.attributes.stored_size)
        profile = _counted(turn, profile, name, before)
    _tell_related(turn, cio_id, call, before, after, outcome)
    turn.send(
        "objects",
        UpdateObject(
            to=object_key(name),
            cause=call.cause,
            at=call.at,
            name=name,
            attributes=call.object_attributes,
            cio_id=cio_id if after.present else "",
        ),
    )
    return profile


def _tell_related(turn: Turn, cio_id: str, call: Relate, before: Register, after: Register, outcome: Outcome) -> None:
    """Publish what the call did to the relationship, and what of it was refused."""
    key, why = profile_key(cio_id), turn.why(call.cause)
    object_type_id, object_id = split_object_name(call.name)
    if after.present and (outcome.notable or not before.present):
        turn.publish(
            key,
            RelationshipChanged(
                cause=why,
                cio_id=cio_id,
                object_type_id=object_type_id,
                object_id=object_id,
                related=True,
                was_related=before.present,
                set=outcome.set,
                removed=outcome.removed,
                before=outcome.before,
                outdated=outcome.outdated,
            ),
        )
    no_room.tell(turn, cio_id, outcome.refused, call.cause, call.name)


def _end(turn: Turn, profile: Profile, name: str, stamp: Stamp, cause: Cause) -> Profile:
    """The relationship ends, so far as it is not newer than `stamp`; remembered also where there is none yet."""
    before = turn.find(relationship_key(profile.cio_id, name), Register) or Register()
    if stamp <= before.removed:
        return profile
    after = replace(before, removed=stamp, attributes=newer_than(before.attributes, stamp))
    return _lessened(turn, profile, name, before, after, cause)


def _lessened(turn: Turn, profile: Profile, name: str, before: Register, after: Register, cause: Cause) -> Profile:
    """Write the relationship that has ended, or of which something was removed, and tell of it."""
    cio_id = profile.cio_id
    turn.put_large(relationship_key(cio_id, name), after, after.attributes.stored_size)
    profile = _counted(turn, profile, name, before)
    if before.present and not after.present:
        turn.send("objects", Leave(to=object_key(name), cause=cause, name=name, cio_id=cio_id))
    lost = [one for one in before.attributes.shown() if one not in after.attributes.values]
    if before.present and (lost or not after.present):
        object_type_id, object_id = split_object_name(name)
        turn.publish(
            profile_key(cio_id),
            RelationshipChanged(
                cause=turn.why(cause),
                cio_id=cio_id,
                object_type_id=object_type_id,
                object_id=object_id,
                related=after.present,
                was_related=True,
                set={},
                removed=lost,
                before={},
                outdated={},
            ),
        )
    return profile


def _counted(turn: Turn, profile: Profile, name: str, before: Register) -> Profile:
    """The profile with the relationship among its own, if there was none `before`."""
    if before.added != before.removed:
        return profile
    relationships = pages.add(turn, "relationships", profile.cio_id, profile.relationships, name)
    return profile if relationships == profile.relationships else replace(profile, relationships=relationships)
