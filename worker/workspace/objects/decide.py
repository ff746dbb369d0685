"""The decisions of table objects."""

from typing import Final, Literal, assert_never

from msgspec.structs import replace

from worker.workspace import pages
from worker.workspace.attributes import apply, newer_than
from worker.workspace.changes import AttributeRefused, ObjectChanged, ObjectDeleted, ObjectTypeCreated
from worker.workspace.effects import Effect, Place, State
from worker.workspace.keys import profile_key, split_object_name, type_key
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import (
    ContinueDeletion,
    DeleteObject,
    Join,
    Leave,
    ObjectsMessage,
    UpdateObject,
    UseType,
)
from worker.workspace.messages.people import ObjectGone
from worker.workspace.objects.animals import animal_name
from worker.workspace.registers import NEVER, Register
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.objects import Object, ObjectsValue, ObjectType
from worker.workspace.wire import Stamp

RESERVED: Final = frozenset({"relationship", "cio_object_id", "object_id", "objectId"})
"""No object attribute may have these names (segment_destination.txt, Group calls; customerio_semantics.md 5)."""

TELL_STEP: Final = 4
"""Pages of related people told of a deletion in one decision; the rest follows by messages to itself."""


def decide_objects(
    state: State[ObjectsValue], message: ObjectsMessage, place: Place, settings: WorkspaceSettings
) -> list[Effect]:
    """What a message does to an object or a type of objects."""
    turn = Turn(state, place, settings)
    match message:
        case UpdateObject():
            _update(turn, message)
        case Join():
            _join(turn, message)
        case Leave():
            _leave(turn, message)
        case DeleteObject():
            _delete(turn, message)
        case ContinueDeletion():
            _tell(turn, message.to, message.cause)
        case UseType():
            if turn.find(message.to, ObjectType) is None:
                name = animal_name(message.object_type_id)
                turn.put(message.to, ObjectType(name))
                why = turn.why(message.cause)
                turn.publish(message.to, ObjectTypeCreated(cause=why, object_type_id=message.object_type_id, name=name))
        case _:
            assert_never(message)
    return turn.effects()


def _update(turn: Turn, update: UpdateObject) -> None:
    key, name = update.to, update.name
    known = turn.find(key, Object)
    before = Object(Register(), name) if known is None else known
    old = before.register
    stamp: Stamp = (update.at, update.cause.message_id)
    object_type_id, object_id = split_object_name(name)
    why = turn.why(update.cause)
    attributes = update.attributes
    if not RESERVED.isdisjoint(attributes):
        for one in sorted(RESERVED.intersection(attributes)):
            _refuse(turn, update, one, "reserved")
        attributes = {one: value for one, value in attributes.items() if one not in RESERVED}
    outcome = apply(old.attributes, attributes, stamp, old.removed)
    for attribute in outcome.refused:
        _refuse(turn, update, attribute, "no_room")
    register = Register(max(old.added, stamp), old.removed, outcome.attributes)
    after = replace(before, register=register)
    created = register.present and not old.present
    if register.present and (created or outcome.notable):
        turn.publish(
            key,
            ObjectChanged(
                cause=why,
                object_type_id=object_type_id,
                object_id=object_id,
                created=created,
                set=outcome.set,
                removed=outcome.removed,
                before=outcome.before,
                outdated=outcome.outdated,
            ),
        )
    if created:
        turn.send("objects", UseType(to=type_key(object_type_id), cause=update.cause, object_type_id=object_type_id))
    if update.cio_id:
        after = _with_member(turn, key, after, update.cio_id, stamp, update.cause)
    if after != known:
        turn.put(key, after)


def _refuse(turn: Turn, update: UpdateObject, attribute: str, reason: Literal["reserved", "no_room"]) -> None:
    object_type_id, object_id = split_object_name(update.name)
    turn.publish(
        update.to,
        AttributeRefused(
            cause=turn.why(update.cause),
            attribute=attribute,
            reason=reason,
            object_type_id=object_type_id,
            object_id=object_id,
        ),
    )


def _with_member(turn: Turn, key: str, object_: Object, cio_id: str, added: Stamp, cause: Cause) -> Object:
    """The object with the person among those related to it; unless the relationship is older than its deletion."""
    if added <= object_.register.removed:
        _send_gone(turn, object_, cio_id, cause)
        return object_
    members = pages.add(turn, "members", key, object_.members, cio_id)
    return object_ if members == object_.members else replace(object_, members=members)


def _join(turn: Turn, join: Join) -> None:
    before = turn.find(join.to, Object) or Object(Register(), join.name)
    after = _with_member(turn, join.to, before, join.cio_id, join.added, join.cause)
    if after is not before:
        turn.put(join.to, after)
    if NEVER < before.register.removed < join.added:  # who left for it may not have been told, and some of it is older
        _send_gone(turn, before, join.cio_id, join.cause)


def _leave(turn: Turn, leave: Leave) -> None:
    object_ = turn.find(leave.to, Object)
    if object_ is not None:
        pages.discard(turn, "members", leave.to, object_.members, leave.cio_id)


def _delete(turn: Turn, deletion: DeleteObject) -> None:
    """Delete what is not newer than the deletion: a later call makes the object anew, also if it arrived before."""
    key, name = deletion.to, deletion.name
    before = turn.find(key, Object) or Object(Register(), name)
    old = before.register
    stamp: Stamp = (deletion.at, deletion.cause.message_id)
    if stamp <= old.removed:
        return
    register = Register(old.added, stamp, newer_than(old.attributes, stamp))
    if old.present:
        object_type_id, object_id = split_object_name(name)
        turn.publish(
            key,
            ObjectDeleted(
                cause=turn.why(deletion.cause),
                object_type_id=object_type_id,
                object_id=object_id,
                exists=register.present,
                removed=[one for one in old.attributes.shown() if one not in register.attributes.values],
            ),
        )
    idle = before.telling is None
    turn.put(key, Object(register, name, before.members, telling=0))
    if idle:
        _tell(turn, key, deletion.cause)


def _tell(turn: Turn, key: str, cause: Cause) -> None:
    """Tell some pages of the related people; each knows whether their relationship is newer than the deletion."""
    object_ = turn.find(key, Object)
    assert object_ is not None, f"there is no {key}"
    page = object_.telling
    if page is None:
        return
    last = min(page + TELL_STEP, object_.members)
    for number in range(page, last):
        for cio_id in pages.names(turn, "members", key, number):
            _send_gone(turn, object_, cio_id, cause)
    if last < object_.members:
        turn.put(key, replace(object_, telling=last))
        turn.send("objects", ContinueDeletion(to=key, cause=cause))
    else:
        turn.put(key, replace(object_, telling=None))


def _send_gone(turn: Turn, object_: Object, cio_id: str, cause: Cause) -> None:
    gone = ObjectGone(to=profile_key(cio_id), cause=cause, name=object_.name, deleted=object_.register.removed)
    turn.send("people", gone)
