"""Calls that wait, in order, each in a record of its own."""

from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from worker.workspace.turn import Turn
from worker.workspace.values.records import Queue, Waiting, WaitingCall

Lane: TypeAlias = Literal["calls", "groups", "events"]
"""Which of its owner's queues."""

SEARCHED: Final = 64
"""Calls that are looked at for one that waits already."""


CALL_BYTES: Final = 496 * 1024
"""The most that a call may have, so that it can wait (worker/agents/outlets.py)."""


def _key(lane: Lane, owner: str, number: int) -> str:
    return f"{lane}/{number}/{owner}"


def append(turn: Turn, lane: Lane, owner: str, queue: Queue, call: WaitingCall) -> Queue:
    """The queue with `call` at its end."""
    turn.put_large(_key(lane, owner, queue.end), Waiting(call), CALL_BYTES)
    return Queue(queue.first, queue.end + 1)


def holds(turn: Turn, lane: Lane, owner: str, queue: Queue, call: WaitingCall) -> bool:
    """Whether `call` waits already, delivered before: one that is repeated, as by a replay, needs no second place.

    Only the first `SEARCHED` are looked at, so that no decision reads more; a repeat that is kept has no effect either.
    """
    for number in range(queue.first, min(queue.end, queue.first + SEARCHED)):
        waiting = turn.find(_key(lane, owner, number), Waiting)
        assert waiting is not None, f"{owner} lacks {lane} {number}"
        known = waiting.call
        if known.cause.message_id == call.cause.message_id and replace(known, cause=call.cause) == call:
            return True
    return False


def peek(turn: Turn, lane: Lane, owner: str, queue: Queue) -> WaitingCall:
    """The first call of a queue that is not empty."""
    waiting = turn.find(_key(lane, owner, queue.first), Waiting)
    assert waiting is not None, f"{owner} lacks {lane} {queue.first}"
    return waiting.call


def pop(turn: Turn, lane: Lane, owner: str, queue: Queue) -> tuple[WaitingCall, Queue]:
    """The first call of a queue that is not empty, and the queue without it."""
    call = peek(turn, lane, owner, queue)
    turn.delete(_key(lane, owner, queue.first))
    return call, Queue(queue.first + 1, queue.end)
