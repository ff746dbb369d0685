"""What caused a change, as a key."""

from worker.workspace.changes import Change


def cause_key(change: Change) -> str:
    """The record of the event that caused it; changes of one event have the same."""
    cause = change.cause
    return f"{cause.topic}/{cause.partition}/{cause.offset}"
