"""Calls that wait, in order, each in a record of its own."""

from typing import Literal, TypeAlias

from worker.workspace.turn import Turn
from worker.workspace.values.records import Queue, Waiting, WaitingCall

Lane: TypeAlias = Literal["calls", "groups", "events"]
"""Which of its owner's queues."""


def _key(lane: Lane, owner: str, number: int) -> str:
    return f"{lane}/{number}/{owner}"


def append(turn: Turn, lane: Lane, owner: str, queue: Queue, call: WaitingCall) -> Queue:
    """The queue with `call` at its end."""
    turn.put(_key(lane, owner, queue.end), Waiting(call))
    return Queue(queue.first, queue.end + 1)


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
