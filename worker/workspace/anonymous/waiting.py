"""What waits under an anonymousId: calls of somebody who is not identified yet."""

from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from worker.jsontypes import Json
from worker.workspace import pages, queues
from worker.workspace.changes import AnonymousExpired, AnonymousWaiting
from worker.workspace.messages.anonymous import Under
from worker.workspace.messages.calls import AddDevice, AnonymousCall, Event, Relate, RemoveDevice, Unrelate
from worker.workspace.messages.cause import Cause
from worker.workspace.people.ignoring import call_name
from worker.workspace.turn import Turn
from worker.workspace.values.anonymous import Anonymous
from worker.workspace.values.records import Queue

KEEP_SECONDS: Final = 30 * 86_400
"""How long a call waits at most, from its own time to the arrival of the identify (docs/workspace.md)."""

EXPIRE_STEP: Final = 2
"""For each call that begins to wait, as many that have waited too long are dropped."""

_encode: Final = msgspec.json.Encoder(order="deterministic").encode

Lane: TypeAlias = Literal["events", "calls"]


def wait(turn: Turn, anonymous: Anonymous, name: str, under: Under) -> Anonymous:
    """The anonymousId with a call more that waits, unless it waited before."""
    key, call = under.to, under.call
    seen = counted(turn, anonymous, under)
    if seen is None:
        return anonymous
    lane: Lane
    if type(call) is Event:
        lane, queue = "events", queues.append(turn, "events", key, anonymous.events, call)
        anonymous = replace(anonymous, events=queue, seen=seen)
    else:
        lane, queue = "calls", queues.append(turn, "calls", key, anonymous.calls, call)
        anonymous = replace(anonymous, calls=queue, seen=seen)
    turn.publish(
        key,
        AnonymousWaiting(
            cause=turn.why(under.cause), anonymous_id=name, call=call_name(call), waiting=anonymous.waiting
        ),
    )
    return _expire(turn, anonymous, name, under, lane)


def counted(turn: Turn, anonymous: Anonymous, under: Under) -> int | None:
    """Note that the call came; returns how many pages of such notes there are then, or None for a repeat."""
    if under.returned:
        return anonymous.seen
    return pages.add_digest(turn, under.to, anonymous.seen, digest(under.call))


def digest(call: AnonymousCall) -> bytes:
    """What tells a call from others under the anonymousId, also from those that other subscriptions make of its event.

    The times are left out: of an event that says none it is that of its arrival, another one when it is repeated.
    """
    match call:
        case Event():
            return pages.digest_of(call.kind, call.name, call.id)
        case Relate():
            said = _text([call.object_attributes, call.relationship_attributes])
            return pages.digest_of(call_name(call), call.name, call.cause.message_id, said)
        case Unrelate():
            return pages.digest_of(call_name(call), call.name, call.cause.message_id)
        case AddDevice():
            said = _text([call.platform, call.attributes])
            return pages.digest_of(call_name(call), call.token, call.cause.message_id, said)
        case RemoveDevice():
            return pages.digest_of(call_name(call), call.token, call.cause.message_id)


def _text(value: Json) -> str:
    return _encode(value).decode()


def _expire(turn: Turn, anonymous: Anonymous, name: str, under: Under, lane: Lane) -> Anonymous:
    """Drop what has waited too long from the front of a queue, so that one that is never flushed stays bounded."""
    oldest = under.cause.arrived - KEEP_SECONDS
    for _ in range(EXPIRE_STEP):
        queue = lane_of(anonymous, lane)
        if queue.end - queue.first < 2 or first(turn, anonymous, lane, under.to).at >= oldest:
            break
        call, anonymous = take(turn, anonymous, lane, under.to)
        expired(turn, under.to, name, call, anonymous, under.cause)
    return anonymous


def expired(turn: Turn, key: str, name: str, call: AnonymousCall, anonymous: Anonymous, cause: Cause) -> None:
    """Say that a call was dropped because it waited too long."""
    turn.publish(
        key,
        AnonymousExpired(
            cause=turn.why(cause),
            anonymous_id=name,
            call=call_name(call),
            message_id=call.cause.message_id,
            at=call.at,
            waiting=anonymous.waiting,
        ),
    )


def lane_of(anonymous: Anonymous, lane: Lane) -> Queue:
    """One of the two queues."""
    return anonymous.events if lane == "events" else anonymous.calls


def with_lane(anonymous: Anonymous, lane: Lane, queue: Queue) -> Anonymous:
    """The anonymousId with that queue."""
    return replace(anonymous, events=queue) if lane == "events" else replace(anonymous, calls=queue)


def first(turn: Turn, anonymous: Anonymous, lane: Lane, key: str) -> AnonymousCall:
    """The first call of a queue that is not empty."""
    call = queues.peek(turn, lane, key, lane_of(anonymous, lane))
    assert isinstance(call, Event | Relate | Unrelate | AddDevice | RemoveDevice), f"{type(call).__name__} at {key}"
    return call


def take(turn: Turn, anonymous: Anonymous, lane: Lane, key: str) -> tuple[AnonymousCall, Anonymous]:
    """The first call of a queue that is not empty, and the anonymousId without it."""
    call = first(turn, anonymous, lane, key)
    _, queue = queues.pop(turn, lane, key, lane_of(anonymous, lane))
    return call, with_lane(anonymous, lane, queue)
