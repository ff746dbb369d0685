"""Which event an inbound record stands for, when it is a replayed one."""

from worker.reasons import Reason
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.replayed import Replayed, read_replayed


def original(record: Record) -> Replayed | None:
    """What `record` is a copy of, None if it is none. Raises InvalidMessage where its headers make no sense."""
    if not record.headers:
        return None
    try:
        return read_replayed(record.headers)
    except ValueError as problem:
        raise InvalidMessage(Reason.INVALID_MESSAGE, str(problem)) from problem
