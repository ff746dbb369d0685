"""What a message does to an id or an email."""

from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace import pages, queues
from worker.workspace.changes import HandleFreed, HandleSuppressed
from worker.workspace.keys import FORMER, profile_key
from worker.workspace.messages.calls import Erase, Event, Identify, Merge, Request
from worker.workspace.messages.cause import Cause
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
from worker.workspace.people.answers import answer, merge_answer
from worker.workspace.people.free_handles import at_free, awaited, claimed, outranked
from worker.workspace.people.ignoring import call_name, ignore_deleted, ignore_suppressed
from worker.workspace.people.refusals import was_refused_here
from worker.workspace.turn import Turn
from worker.workspace.values.people import Handle
from worker.workspace.values.records import WaitingCall

DRAIN_STEP: Final = 2
"""Calls that one decision takes out of a queue; the rest follows by a message to itself."""

FORMERS_MAX: Final = 8
"""How many who have given it up a handle remembers."""

FREE: Final = Handle()


def at_handle(turn: Turn, key: str, message: PeopleMessage) -> None:
    """Decide `message`, addressed to the handle `key`."""
    handle = turn.find(key, Handle) or FREE
    if type(message) is Event or isinstance(message, Request):  # most are events
        # Of each event it is asked whether something waits: `if handle.calls` would call Queue.__len__ from Python.
        if handle.status == "pending" or handle.calls.first != handle.calls.end:
            _wait(turn, key, handle, message)
        else:
            _decide(turn, key, handle, message)
            if handle.groups.first != handle.groups.end:
                _drain(turn, key, message.cause)
        return
    match message:
        case Answer():
            if awaited(turn, key, handle, message):
                claimed(turn, key, handle, message)
            else:  # who granted it has given it away since, and that came first: the call is decided anew
                at_handle(turn, key, replace(message.identify, to=key, via=""))
            _drain(turn, key, message.cause)
        case Continue():
            _drain(turn, key, message.cause)
        case Release() | Rebind() | Block() | Clear() if outranked(handle, message):
            pass  # from who owned it before the present owner
        case Release():
            freed = replace(handle, status="free", cio_id="", rank=message.rank + 1)
            if message.cio_id:
                formers = [*handle.formers, (message.cio_id, message.until)][-FORMERS_MAX:]
                freed = replace(freed, formers=formers)
            turn.put(key, freed)
        case Rebind():
            turn.put(key, replace(handle, status="owned", cio_id=message.cio_id, rank=message.rank))
        case Block() | Clear():
            _end(turn, key, handle, message)
        case (
            Halves()
            | Declined()
            | MergeAnswer()
            | Absorb()
            | Absorbed()
            | AbsorbNames()
            | AbsorbSeen()
            | AbsorbRelationship()
            | DeviceHeld()
            | DeviceLost()
            | ObjectGone()
            | Disown()
            | ReportDelivery()
        ):
            raise AssertionError(f"{type(message).__name__} is for a profile, not for {key}")
        case _:
            assert_never(message)


def _wait(turn: Turn, key: str, handle: Handle, call: WaitingCall) -> None:
    """The call joins those that wait at the handle; a look waits for nothing."""
    if type(call) is Ask and not call.claim:
        _decide(turn, key, handle, call)
    else:
        turn.put(key, replace(handle, calls=queues.append(turn, "calls", key, handle.calls, call)))


def _decide(turn: Turn, key: str, handle: Handle, call: WaitingCall) -> None:
    """A call whose turn it is, at a handle that is not pending; or a look."""
    if type(call) is Event:
        _decide_event(turn, key, handle, call)
        return
    at = call.identify.at if type(call) is Ask else call.at
    if handle.status == "suppressed":
        _at_suppressed(turn, key, handle, call)
    elif handle.cleared_at is not None and at <= handle.cleared_at:
        _too_late(turn, key, handle, call)
    elif (
        type(call) is Merge or (type(call) is Identify and (call.email is not None or call.id is not None))
    ) and was_refused_here(turn, key, handle, call):
        pass  # a repeat: nobody was there to merge anybody into, or it named somebody gone
    elif handle.formers and type(call) is not Ask and (former := _owner_at(handle, at)):  # since any deletion
        turn.tell(replace(call, to=profile_key(former), via=FORMER + key))
    elif handle.status == "owned":
        turn.tell(replace(call, to=profile_key(handle.cio_id), via=key))
    else:
        at_free(turn, key, handle, call)


def _decide_event(turn: Turn, key: str, handle: Handle, event: Event) -> None:
    """Each event goes on once, whoever owns the handle when it is repeated."""
    if handle.status == "suppressed":
        ignore_suppressed(turn, key, event.cause, "event")
        return
    if handle.cleared_at is not None and event.at <= handle.cleared_at:
        ignore_deleted(turn, key, event.cause, "event")
        return
    if not event.counted:
        seen = pages.add_digest(turn, key, handle.seen, pages.digest_of(event.kind, event.name, event.id))
        if seen is None:
            return
        if seen != handle.seen:
            handle = replace(handle, seen=seen)
            turn.put(key, handle)
    if handle.formers and (former := _owner_at(handle, event.at)):
        turn.tell(replace(event, to=profile_key(former), via="", counted=True))
    elif handle.status == "owned":
        turn.tell(replace(event, to=profile_key(handle.cio_id), via=key, counted=True))
    else:
        at_free(turn, key, handle, replace(event, counted=True))


def _owner_at(handle: Handle, at: float) -> str:
    """Who owned the handle at that time and has given it up; else empty."""
    return next((cio_id for cio_id, until in handle.formers if at <= until), "")


def _at_suppressed(turn: Turn, key: str, handle: Handle, call: WaitingCall) -> None:
    match call:
        case Erase():
            if call.action == "delete" or (handle.cleared_at is not None and call.at <= handle.cleared_at):
                return
            if handle.cio_id:
                turn.tell(replace(call, to=profile_key(handle.cio_id), via=""))
            elif call.action == "suppress":
                turn.put(key, replace(handle, cleared_at=call.at))
            else:
                turn.put(key, replace(handle, status="free", cleared_at=call.at))
                turn.publish(key, HandleFreed(cause=turn.why(call.cause), handle=key))
        case Ask():
            turn.tell(answer(call, "suppressed"))
        case MergeInto():
            turn.tell(merge_answer(call, "suppressed"))
        case _:
            ignore_suppressed(turn, key, call.cause, call_name(call))


def _too_late(turn: Turn, key: str, handle: Handle, call: WaitingCall) -> None:
    """The handle's person was deleted at the call's time or later; a repeated deletion is nothing to tell.

    Of a deletion and a suppression of one time, as an erasure may send them, the suppression holds in any order.
    """
    match call:
        case Erase():
            if call.action == "suppress" and call.at == handle.cleared_at and handle.status == "free":
                at_free(turn, key, handle, call)
        case Ask():
            turn.tell(answer(call, "deleted"))
        case MergeInto():
            turn.tell(merge_answer(call, "deleted"))
        case _:
            ignore_deleted(turn, key, call.cause, call_name(call))


def _end(turn: Turn, key: str, handle: Handle, end: Block | Clear) -> None:
    """The handle's person is gone; or it was suppressed and no longer is."""
    cleared_at = end.at if handle.cleared_at is None else max(handle.cleared_at, end.at)
    waiting = Handle(
        cleared_at=cleared_at, rank=end.rank + 1, calls=handle.calls, groups=handle.groups, seen=handle.seen
    )
    why = turn.why(end.cause)
    if isinstance(end, Block):
        turn.put(key, replace(waiting, status="suppressed", cio_id=end.cio_id, rank=end.rank))
        if handle.status != "suppressed":
            turn.publish(key, HandleSuppressed(cause=why, handle=key))
        return
    turn.put(key, waiting)
    if handle.status == "suppressed":
        turn.publish(key, HandleFreed(cause=why, handle=key))


def _drain(turn: Turn, key: str, cause: Cause) -> None:
    """Decide what waits at the handle, as far as it need not wait any longer."""
    for _ in range(DRAIN_STEP):
        if turn.full:
            break
        handle = turn.find(key, Handle) or FREE
        if handle.status != "pending" and handle.calls:
            call, calls = queues.pop(turn, "calls", key, handle.calls)
            handle = replace(handle, calls=calls)
            turn.put(key, handle)
            _decide(turn, key, handle, call)
        elif not _drain_groups(turn, key, handle):
            return
    turn.send("people", Continue(to=key, cause=cause))


def _drain_groups(turn: Turn, key: str, handle: Handle) -> bool:
    """Pass on, or drop, the first group call that waits; False if there is nothing to do now."""
    if not handle.groups or handle.status == "pending":
        return False
    if handle.status == "free":
        first = queues.peek(turn, "groups", key, handle.groups)
        if isinstance(first, Ask) or handle.cleared_at is None or first.at > handle.cleared_at:
            return False
    call, groups = queues.pop(turn, "groups", key, handle.groups)
    handle = replace(handle, groups=groups)
    turn.put(key, handle)
    _decide(turn, key, handle, call)
    return True
