"""Which key, and so which partition, an inbound record gets: one person's events stay in order."""

import orjson

from worker.jsontypes import Json
from worker.metrics.invalid import InvalidWebhook
from worker.metrics.webhook import decode_webhook, webhook_key
from worker.partitioning import partition_of_bytes
from worker.segment.javascript import to_string
from worker.topics import names
from worker.unparsed import wrong_with_text


def record_key(contract: str, raw: bytes) -> bytes | None:
    """The key of the record with value `raw` in an inbound topic; None where it names nobody or can't be read."""
    return _webhook_key(raw) if contract == names.REPORTING_EVENTS else _event_key(raw)


def record_partition(key: bytes | None, raw: bytes, partitions: int) -> int:
    """The partition of a record: by its key, and without one by its bytes, so that repeats meet again."""
    return partition_of_bytes(raw if key is None else key, partitions)


def _event_key(raw: bytes) -> bytes | None:
    """userId, else anonymousId."""
    try:
        event: Json = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        wrong_with_text(problem)  # which raises where nothing is: without its key it would come to another partition
        return None
    if not isinstance(event, dict):
        return None
    return _identifier(event.get("userId")) or _identifier(event.get("anonymousId"))


def _identifier(value: Json) -> bytes | None:
    """A string or a number as bytes; None for what is no identifier or empty."""
    if isinstance(value, str):
        return value.encode() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return to_string(value).encode()  # as the person's id will be: 5.0 and 5 are one
    return None


def _webhook_key(raw: bytes) -> bytes | None:
    try:
        return webhook_key(decode_webhook(raw)).encode()
    except InvalidWebhook:
        return None
