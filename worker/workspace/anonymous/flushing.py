"""How calls under an anonymousId get to their person."""

from typing import Final

import msgspec
from msgspec.structs import replace

from worker.workspace import queues
from worker.workspace.anonymous.links import FORGOTTEN, origin_at, owner_at
from worker.workspace.anonymous.waiting import (
    KEEP_SECONDS,
    Lane,
    counted,
    expired,
    lane_of,
    take,
    wait,
    with_lane,
)
from worker.workspace.changes import AnonymousFlushed
from worker.workspace.keys import profile_key
from worker.workspace.messages.anonymous import ContinueFlush, Under
from worker.workspace.messages.calls import AnonymousCall, Event
from worker.workspace.messages.cause import Cause
from worker.workspace.people.ignoring import call_name, ignore_deleted
from worker.workspace.turn import Turn
from worker.workspace.values.anonymous import Anonymous

FLUSH_STEP: Final = 64
"""Calls that one decision takes out of a queue, in order of time; the rest follows by a message to itself."""


LEFT_BYTES: Final = 256 * 1024
"""A decision takes out no more once it has so much to put back, since it is nobody's: that is written anew."""

_encode: Final = msgspec.json.Encoder().encode


def receive(turn: Turn, anonymous: Anonymous, name: str, under: Under) -> Anonymous:
    """Pass a call on to its person, or let it wait."""
    call = under.call
    owner = owner_at(anonymous.links, call.at)
    if owner == FORGOTTEN:
        ignore_deleted(turn, under.to, call.cause, call_name(call))
    elif owner and (turn.settings.anonymous_merge or not isinstance(call, Event)):
        seen = counted(turn, anonymous, under)
        if seen is not None:
            _pass_on(turn, anonymous, owner, call)
            if seen != anonymous.seen:
                anonymous = replace(anonymous, seen=seen)
    else:
        return wait(turn, anonymous, name, under)
    return anonymous


def begin(anonymous: Anonymous, arrived: float, *, events: bool) -> Anonymous:
    """Have all that waits flushed, for an identify that arrived then; a flush that is under way goes on so far."""
    oldest = arrived - KEEP_SECONDS
    return replace(
        anonymous,
        flush_events=anonymous.events.end if events else 0,
        flush_calls=anonymous.calls.end,
        oldest=min(oldest, anonymous.oldest) if anonymous.flushing else oldest,
    )


def flush(turn: Turn, anonymous: Anonymous, key: str, name: str, cause: Cause) -> Anonymous:
    """Send some of what waits to whose it is, and drop what is too old."""
    flushed = 0
    for lane in ("calls", "events"):
        anonymous, sent = _flush_lane(turn, anonymous, lane, key, name, cause)
        flushed += sent
    if flushed:
        turn.publish(
            key,
            AnonymousFlushed(cause=turn.why(cause), anonymous_id=name, flushed=flushed, waiting=anonymous.waiting),
        )
    if anonymous.flushing:
        turn.send("anonymous", ContinueFlush(to=key, cause=cause))
    return anonymous


def _flush_lane(
    turn: Turn, anonymous: Anonymous, lane: Lane, key: str, name: str, cause: Cause
) -> tuple[Anonymous, int]:
    end = anonymous.flush_events if lane == "events" else anonymous.flush_calls
    taken: list[AnonymousCall] = []
    left = 0
    while lane_of(anonymous, lane).first < end and len(taken) < FLUSH_STEP and left < LEFT_BYTES:
        call, anonymous = take(turn, anonymous, lane, key)
        taken.append(call)
        if not owner_at(anonymous.links, call.at):
            left += len(_encode(call))
    sent = 0
    for call in sorted(taken, key=lambda one: (one.at, one.cause.message_id)):
        owner = owner_at(anonymous.links, call.at)
        if call.at < anonymous.oldest:
            expired(turn, key, name, call, anonymous, cause)
        elif owner == FORGOTTEN:
            ignore_deleted(turn, key, call.cause, call_name(call))
        elif owner:
            _pass_on(turn, anonymous, owner, call)
            sent += 1
        else:
            queue = queues.append(turn, lane, key, lane_of(anonymous, lane), call)
            anonymous = with_lane(anonymous, lane, queue)
    return anonymous, sent


def _pass_on(turn: Turn, anonymous: Anonymous, owner: str, call: AnonymousCall) -> None:
    """Send the call to its person; one that a merge may lower (people/lineage.py) the way that the merge went."""
    if type(call) is Event:
        to = profile_key(owner)
        turn.send("people", replace(call, to=to, counted=True))
    else:
        to = profile_key(origin_at(anonymous.links, call.at))
        turn.send("people", replace(call, to=to))
