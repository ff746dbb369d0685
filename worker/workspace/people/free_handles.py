"""What a message does to an id or an email that is nobody's, or that waits to know whose it is."""

from typing import assert_never

from msgspec.structs import replace

from worker.workspace import queues
from worker.workspace.changes import HandleSuppressed, MergeRefused
from worker.workspace.keys import EMAIL, ID, email_key, id_key, profile_key
from worker.workspace.messages.calls import (
    AddDevice,
    Deferrable,
    Erase,
    Event,
    Identify,
    Merge,
    Relate,
    RemoveDevice,
    Unrelate,
)
from worker.workspace.messages.merging import MergeInto
from worker.workspace.messages.people import Answer, Ask, HandleMessage, Rebind
from worker.workspace.people.answers import answer, merge_answer
from worker.workspace.people.groups import tell_deferred
from worker.workspace.people.identity import create, create_at, new_cio_id
from worker.workspace.people.ignoring import ignore_deleted, ignore_suppressed
from worker.workspace.people.merging import refusal
from worker.workspace.people.refusals import refused_here
from worker.workspace.turn import Turn
from worker.workspace.values.people import Handle
from worker.workspace.values.records import WaitingCall


def at_free(turn: Turn, key: str, handle: Handle, call: WaitingCall) -> None:
    """Decide a call at a handle that is nobody's."""
    match call:
        case Event() | AddDevice() | RemoveDevice():
            _make(turn, key, handle, call)
        case Identify():
            _identify(turn, key, handle, call, _others(key, call))
        case Relate() | Unrelate():
            _defer(turn, key, handle, call)
        case Merge():
            _refuse(turn, key, handle, call)
        case Erase():
            _erase(turn, key, handle, call)
        case Ask():
            if not call.claim:
                turn.tell(answer(call, "unclaimed"))
                return
            rank = max(handle.rank + 1, call.rank)
            turn.put(key, replace(handle, status="owned", cio_id=call.cio_id, rank=rank))
            turn.tell(answer(call, "granted", call.cio_id, rank))
        case MergeInto():
            turn.tell(merge_answer(call, "unknown"))
        case _:
            assert_never(call)


def _refuse(turn: Turn, key: str, handle: Handle, merge: Merge) -> None:
    """Nobody is there to merge anybody into; nor is there for the same call when it is repeated."""
    turn.put(key, refused_here(turn, key, handle, merge))
    reason = refusal(turn, merge) or "unknown_primary"
    turn.publish(
        key,
        MergeRefused(cause=turn.why(merge.cause), primary=merge.primary, secondary=merge.secondary, reason=reason),
    )


def _make(turn: Turn, key: str, handle: Handle, call: Identify | Event | AddDevice | RemoveDevice) -> None:
    """A new person, to whom the call goes (docs/workspace.md: also for an event or a device)."""
    rank = handle.rank + 1
    cio_id = new_cio_id(turn.place, key, rank, call.cause)
    create_at(turn, cio_id, key, call.cause, call.at, rank)
    turn.put(key, replace(handle, status="owned", cio_id=cio_id, rank=rank))
    turn.tell(replace(call, to=profile_key(cio_id), via=key))


def _identify(turn: Turn, key: str, handle: Handle, call: Identify, others: list[str]) -> None:
    """Make the person, or first ask about what else the call names: these others, and the email of an id."""
    if others:
        _ask(turn, key, handle, call, others[0], claim=False)
    elif call.email is not None and not call.email_verdict and key.startswith(ID):
        _ask(turn, key, handle, call, email_key(call.email), claim=True)
    else:
        _make(turn, key, handle, call)


def _others(key: str, call: Identify) -> list[str]:
    """Handles that the call wants besides: if one is that of somebody suppressed or deleted it must make nobody."""
    found: list[str] = []
    if call.id is not None and not call.id_verdict and (handle := id_key(call.id)) != key:
        found.append(handle)
    if call.email is not None and not call.email_verdict and key.startswith(EMAIL):
        handle = email_key(call.email)
        if handle != key:
            found.append(handle)
    return found


def _ask(turn: Turn, key: str, handle: Handle, call: Identify, wanted: str, *, claim: bool) -> None:
    """Until it is known whose `wanted` is, or that it is not suppressed, the handle is pending."""
    rank = handle.rank + 1
    cio_id = new_cio_id(turn.place, key, rank, call.cause)
    turn.put(key, replace(handle, status="pending", cio_id=cio_id))
    turn.tell(
        Ask(
            to=wanted,
            cause=call.cause,
            wanted=wanted,
            asker=key,
            cio_id=cio_id,
            rank=rank,
            claim=claim,
            half="",
            identify=call,
        )
    )


def awaited(turn: Turn, key: str, handle: Handle, got: Answer) -> bool:
    """Whether the handle still waits for this answer.

    A person who was granted it may have been merged, renamed or deleted at once, and word of that, from another
    partition, may have overtaken the answer.
    """
    return handle.status == "pending" and handle.cio_id == new_cio_id(turn.place, key, handle.rank + 1, got.cause)


def outranked(handle: Handle, message: HandleMessage) -> bool:
    """Whether the message is from who owned the handle before its present owner.

    Or it is a Rebind to somebody who was suppressed since: the many of a large merge go through the topic.
    """
    rebound = isinstance(message, Rebind) and handle.status == "suppressed"
    return message.rank < handle.rank or (rebound and message.rank == handle.rank)


def claimed(turn: Turn, key: str, handle: Handle, got: Answer) -> None:
    """The answer for a pending handle (customerio_semantics.md 3.2, cases 1, 3, 4 and 14)."""
    call = got.identify
    if got.outcome in ("suppressed", "deleted"):
        turn.put(key, refused_here(turn, key, replace(handle, status="free", cio_id=""), call))
        ignore = ignore_suppressed if got.outcome == "suppressed" else ignore_deleted
        ignore(turn, key, call.cause, "identify")
        return
    if got.outcome == "unclaimed":
        others = _others(key, call)
        _identify(turn, key, replace(handle, status="free", cio_id=""), call, others[others.index(got.wanted) + 1 :])
        return
    cio_id = got.cio_id if got.outcome == "granted" else handle.cio_id
    rank = max(handle.rank + 1, got.rank)
    turn.put(key, replace(handle, status="owned", cio_id=cio_id, rank=rank))
    if cio_id == handle.cio_id:
        email = call.email if got.outcome == "granted" else None
        create(turn, cio_id, call.cause, call.at, rank, id=key[len(ID) :], email=email)
        if email is None:
            call = replace(call, email_verdict="taken")
    turn.tell(replace(call, to=profile_key(cio_id), via=key))


def _defer(turn: Turn, key: str, handle: Handle, call: Deferrable) -> None:
    """A group call waits for somebody to be identified (segment_destination.txt, Group calls and anonymous people)."""
    if queues.holds(turn, "groups", key, handle.groups, call):
        return
    turn.put(key, replace(handle, groups=queues.append(turn, "groups", key, handle.groups, call)))
    tell_deferred(turn, key, call)


def _erase(turn: Turn, key: str, handle: Handle, call: Erase) -> None:
    """Nobody is there to delete; but what is older than the deletion must not make somebody (docs/workspace.md)."""
    if call.action == "unsuppress":
        return
    suppressed = call.action == "suppress"
    turn.put(
        key,
        replace(handle, status="suppressed" if suppressed else "free", cleared_at=call.at, formers=[]),
    )
    if suppressed:
        turn.publish(key, HandleSuppressed(cause=turn.why(call.cause), handle=key))
