"""Calls that are ignored whole, and the changes that say so."""

from worker.workspace.changes import IgnoredDeleted, IgnoredSuppressed, IgnoredUnknownCioId
from worker.workspace.messages.calls import Call
from worker.workspace.messages.cause import Cause
from worker.workspace.turn import Turn


def call_name(call: Call) -> str:
    """What a change calls it."""
    return str(call.__struct_config__.tag)


def ignore_suppressed(turn: Turn, subject: str, cause: Cause, call: str) -> None:
    """It names somebody who is suppressed (customerio_semantics.md 7)."""
    turn.publish(subject, IgnoredSuppressed(cause=turn.why(cause), subject=subject, call=call))


def ignore_deleted(turn: Turn, subject: str, cause: Cause, call: str) -> None:
    """Its person was deleted later than it was made: a replay must not bring anybody back (docs/workspace.md)."""
    turn.publish(subject, IgnoredDeleted(cause=turn.why(cause), subject=subject, call=call))


def ignore_unknown(turn: Turn, subject: str, cause: Cause, call: str) -> None:
    """It names a cio_id that nobody has (customerio_semantics.md 3.2, case 10)."""
    turn.publish(subject, IgnoredUnknownCioId(cause=turn.why(cause), subject=subject, call=call))
