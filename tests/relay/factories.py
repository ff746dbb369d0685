"""Records and events for the relay's tests."""

import orjson

from tests.support.recording import PlainRecord
from worker.jsontypes import Json
from worker.relay.reading import Ready, read

TOPIC = "segment.message-metrics"


def make_value(number: int = 0, person: str = "ana", **more: Json) -> bytes:
    """The JSON of a message metric."""
    event: dict[str, Json] = {
        "type": "track",
        "event": "Email Opened",
        "userId": person,
        "messageId": f"cio-webhook-{person}-{number:06}",
        "properties": {"number": number},
    }
    return orjson.dumps(event | more)


def make_record(offset: int = 0, value: bytes | None = None, partition: int = 0) -> PlainRecord:
    """A record of the topic; by default with the metric of that number."""
    return PlainRecord(TOPIC, partition, offset, b"ana", make_value(offset) if value is None else value)


def make_ready(offset: int = 0, value: bytes | None = None) -> Ready:
    """A record that was read and can be sent."""
    found = read(make_record(offset, value))
    assert isinstance(found, Ready)
    return found
