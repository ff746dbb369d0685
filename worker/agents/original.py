"""Which event an inbound record stands for, when it is a replayed one, and when that arrived."""

from worker.reasons import Reason
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.replayed import Replayed, read_arrival, read_replayed


def original(record: Record) -> Replayed | None:
    """What `record` is a copy of, None if it is none. Raises InvalidMessage where its headers make no sense."""
    if not record.headers:
        return None
    try:
        return read_replayed(record.headers)
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem


def arrival(record: Record) -> float:
    """When the event in `record` first arrived, in unix seconds. Raises InvalidMessage, as `original` does."""
    try:
        arrived = read_arrival(record.headers) if record.headers else None
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem
    return record.timestamp / 1000 if arrived is None else arrived
