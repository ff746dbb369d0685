"""Where a person was who was deleted or suppressed."""

from collections.abc import Iterable
from typing import Final, assert_never

from msgspec.structs import replace

from worker.workspace import pages, queues
from worker.workspace.keys import (
    PROFILE,
    anonymous_key,
    device_key,
    object_key,
    profile_key,
    relationship_key,
)
from worker.workspace.messages.anonymous import Under, Unlink
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
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import OwnerGone
from worker.workspace.messages.merging import (
    Absorb,
    Absorbed,
    AbsorbNames,
    AbsorbRelationship,
    AbsorbSeen,
    MergeAnswer,
    MergeInto,
)
from worker.workspace.messages.objects import Leave
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
from worker.workspace.people.answers import merge_answer
from worker.workspace.people.identity import own_handles
from worker.workspace.people.ignoring import call_name, ignore_deleted, ignore_suppressed, ignore_unknown
from worker.workspace.turn import Turn
from worker.workspace.values.people import Gone
from worker.workspace.values.records import WaitingCall

FORGET_STEP: Final = 8
"""Pages forgotten in one decision; the rest follows by messages to itself."""


def at_gone(turn: Turn, gone: Gone, message: PeopleMessage) -> None:
    """Decide a message to somebody who is gone; calls that came through a handle go back there."""
    match message:
        case Erase(action="suppress" | "unsuppress") if gone.suppressed_at is not None and not _came_through_handle(
            message
        ):
            if message.at > gone.suppressed_at:
                _suppress_or_free(turn, gone, message)
        case Request():
            _send_back(turn, gone, message)
        case Answer() | Halves() | MergeAnswer():
            _end_identify(turn, gone, message)
        case Absorb() | AbsorbNames():
            _absorb(turn, gone, message)
        case DeviceHeld():
            _give_up(turn, [message.token], message.owner, message.cause)
        case AbsorbRelationship() | AbsorbSeen() | DeviceLost() | ObjectGone() | Disown() | Declined():
            pass
        case Continue():
            forget_pages(turn, gone, message.cause)
        case Release() | Rebind() | Block() | Clear() | ReportDelivery() | Absorbed():
            raise AssertionError(f"{type(message).__name__} is not for a profile")
        case _:
            assert_never(message)


def _end_identify(turn: Turn, gone: Gone, message: Answer | Halves | MergeAnswer) -> None:
    """An answer to an identify that was on its way when its person went: it starts again at its handle."""
    match message:
        case Answer(outcome="granted"):
            turn.tell(Release(to=message.wanted, cause=message.cause, rank=message.rank, cio_id="", until=0))
        case Halves():
            turn.tell(Declined(to=profile_key(message.other), cause=message.cause, promised=message.asker))
        case _:
            pass
    if message.identify is not None:
        _send_back(turn, gone, message.identify)


def end_handles(turn: Turn, gone: Gone, at: float, cause: Cause) -> None:
    """Tell all handles that their person is gone."""
    own = own_handles(gone)
    for handle in own:
        _end_handle(turn, gone, handle, at, cause)
    for page in range(gone.handles):
        for name in pages.names(turn, "handles", gone.cio_id, page):
            if name not in own:
                _end_handle(turn, gone, name, at, cause)


def forget_handles(turn: Turn, gone: Gone, at: float, cause: Cause) -> Gone:
    """Tell all handles that their person is gone; it has none to free later."""
    end_handles(turn, gone, at, cause)
    for page in range(gone.handles):
        turn.delete(pages.page_key("handles", gone.cio_id, page))
    return replace(gone, id=None, email=None, handles=0)


def _end_handle(turn: Turn, gone: Gone, handle: str, at: float, cause: Cause) -> None:
    if handle.startswith(PROFILE):
        return
    if gone.suppressed_at is not None:
        turn.tell(Block(to=handle, cause=cause, rank=gone.rank, cio_id=gone.cio_id, at=at))
    else:
        turn.tell(Clear(to=handle, cause=cause, rank=gone.rank, at=at))


def forget_pages(turn: Turn, gone: Gone, cause: Cause) -> None:
    """Tell what belonged to the person that it is gone, some pages of it."""
    cio_id = gone.cio_id
    for _ in range(FORGET_STEP):
        if gone.anonymous:
            gone = replace(gone, anonymous=gone.anonymous - 1)
            _unlink(turn, gone, pages.take(turn, "anonymous", cio_id, gone.anonymous), cio_id, cause)
        elif gone.devices:
            gone = replace(gone, devices=gone.devices - 1)
            _give_up(turn, pages.take(turn, "devices", cio_id, gone.devices), cio_id, cause)
        elif gone.relationships:
            gone = replace(gone, relationships=gone.relationships - 1)
            for name in pages.take(turn, "relationships", cio_id, gone.relationships):
                turn.delete(relationship_key(cio_id, name))
                turn.send("objects", Leave(to=object_key(name), cause=cause, name=name, cio_id=cio_id))
        elif gone.seen:
            gone = replace(gone, seen=gone.seen - 1)
            turn.delete(pages.page_key("seen", cio_id, gone.seen))
        elif gone.refused:
            gone = replace(gone, refused=gone.refused - 1)
            turn.delete(pages.page_key("refused", cio_id, gone.refused))
        elif gone.groups:
            _, waiting = queues.pop(turn, "groups", cio_id, gone.groups)
            gone = replace(gone, groups=waiting)
        else:
            break
    key = profile_key(cio_id)
    turn.put(key, gone)
    if gone.anonymous or gone.devices or gone.relationships or gone.seen or gone.refused or gone.groups:
        turn.send("people", Continue(to=key, cause=cause))


def _unlink(turn: Turn, gone: Gone, names: Iterable[str], cio_id: str, cause: Cause) -> None:
    """Tell anonymousIds that `cio_id`, the person or somebody merged into it, is gone."""
    for name in names:
        turn.send("anonymous", Unlink(to=anonymous_key(name), cause=cause, at=gone.at, cio_id=cio_id))


def _give_up(turn: Turn, tokens: Iterable[str], cio_id: str, cause: Cause) -> None:
    """Tell devices that `cio_id` is gone."""
    for token in tokens:
        turn.send("devices", OwnerGone(to=device_key(token), cause=cause, token=token, cio_id=cio_id))


def _suppress_or_free(turn: Turn, gone: Gone, call: Erase) -> None:
    """One handle was suppressed again, which counts for all; or unsuppressed: all are free (docs/workspace.md)."""
    if call.action == "suppress":
        gone = replace(gone, suppressed_at=call.at)
        end_handles(turn, gone, call.at, call.cause)
    else:
        gone = forget_handles(turn, replace(gone, suppressed_at=None), call.at, call.cause)
    turn.put(profile_key(gone.cio_id), gone)


def _came_through_handle(call: WaitingCall) -> bool:
    """Whether the call named a handle; else it named the profile itself, or one that was merged into it."""
    return bool(call.via) and not call.via.startswith(PROFILE)


def _send_back(turn: Turn, gone: Gone, call: WaitingCall) -> None:
    if _came_through_handle(call):
        if isinstance(call, Identify):
            call = replace(call, email_verdict="", id_verdict="")
        turn.tell(replace(call, to=call.via, via=""))
        return
    key = profile_key(gone.cio_id)
    match call:
        case Event() | Relate() | Unrelate() | AddDevice() | RemoveDevice() if call.anonymous_id and call.at > gone.at:
            # It was on its way when the person went; what is of a later time waits for the next one.
            to = anonymous_key(call.anonymous_id)
            under = Under(to=to, cause=call.cause, call=replace(call, to=to, via=""), returned=True)
            turn.send("anonymous", under)
        case MergeInto():
            turn.tell(merge_answer(call, "unknown" if gone.suppressed_at is None else "suppressed"))
        case Ask():
            raise AssertionError("an Ask comes through a handle")
        case _ if gone.suppressed_at is not None:
            ignore_suppressed(turn, key, call.cause, call_name(call))
        case Identify() | Merge() | Erase():
            ignore_unknown(turn, key, call.cause, call_name(call))
        case _:
            ignore_deleted(turn, key, call.cause, call_name(call))


def _absorb(turn: Turn, gone: Gone, message: Absorb | AbsorbNames) -> None:
    """Somebody was merged into the person, and is gone with it."""
    if isinstance(message, Absorb):
        handles = list(message.own_handles)
    elif message.kind == "handles":
        handles = list(message.names)
    elif message.kind == "refused":
        return
    elif message.kind == "anonymous":
        _unlink(turn, gone, message.names, message.origin, message.cause)
        return
    else:
        _give_up(turn, message.names, message.origin, message.cause)
        return
    gone = replace(gone, rank=max(gone.rank, message.rank) + 1)  # of either, which may come before the other
    at = gone.at if gone.suppressed_at is None else gone.suppressed_at
    for number, handle in enumerate(handles):
        if turn.full and isinstance(message, AbsorbNames):  # each may write a page of its own; the rest follows
            turn.send("people", replace(message, names=dict.fromkeys(handles[number:], "")))
            break
        _end_handle(turn, gone, handle, at, message.cause)
        if gone.suppressed_at is not None and not handle.startswith(PROFILE):
            gone = replace(gone, handles=pages.add(turn, "handles", gone.cio_id, gone.handles, handle, "merged"))
    turn.put(profile_key(gone.cio_id), gone)
