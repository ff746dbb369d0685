"""Which event an inbound record stands for, when it is a copy of another one, and when that arrived."""

from worker.reasons import Reason
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.replayed import Replayed, read_arrival, read_identity, read_replayed
from worker.workspace.messages import place_id


def original(record: Record) -> Replayed | None:
    """What a backfill said of `record`, None if none sent it. Raises InvalidMessage where its headers make no sense."""
    if not record.headers:
        return None
    try:
        return read_replayed(record.headers)
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem


def identity(record: Record) -> str:
    """What names the event in `record` where it has no messageId. Raises InvalidMessage, as `original` does."""
    try:
        found = read_identity(record.headers) if record.headers else None
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem
    return place_id(record.topic, record.partition, record.offset) if found is None else found


def arrival(record: Record) -> float:
    """When the event in `record` first arrived, in unix seconds. Raises InvalidMessage, as `original` does."""
    try:
        arrived = read_arrival(record.headers) if record.headers else None
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem
    return record.timestamp / 1000 if arrived is None else arrived
