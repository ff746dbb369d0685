"""What Segment's tracking API answers to a request (customerio_semantics.md 8.4).

"200 for all API requests except errors caused by large payloads and JSON errors, which return 400". Where the sources
are silent it is stricter than Segment may be: an event that Segment could not use is refused with 400.
"""

import base64
import binascii
from typing import Final

import orjson
from msgspec import Struct

from worker.jsontypes import Json, JsonObject

MAX_EVENT_BYTES: Final = 32 * 1024
MAX_BATCH_BYTES: Final = 500 * 1024
MAX_BATCH_EVENTS: Final = 2500
"""A batch with more is answered 200, and rejected."""
MAX_MESSAGE_ID: Final = 99
MIN_WRITE_KEY: Final = 3
"""Empty and very short write keys are answered 400, others 200, unknown ones too."""

CALLS: Final = frozenset({"identify", "track", "page", "screen", "group", "alias"})
BATCHED: Final = CALLS - {"alias"}

SUCCESS: Final = b'{"success":true}'


class Answer(Struct, frozen=True):
    """An HTTP status and body, and the events that were taken with it."""

    status: int
    body: bytes
    events: tuple[JsonObject, ...] = ()


def answer(call: str, raw: bytes, authorization: str | None, expected_key: str | None = None) -> Answer:
    """The answer to a POST of `raw` (decompressed) to `/v1/<call>`.

    With `expected_key`, another write key is answered 401; Segment itself takes any.
    """
    if len(raw) > (MAX_BATCH_BYTES if call == "batch" else MAX_EVENT_BYTES):
        return _refused("payload_too_large", f"the body has {len(raw)} bytes")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        return _refused("invalid_json", str(problem))
    if not isinstance(body, dict):
        return _refused("invalid_json", "the body is no object")
    key = _write_key(body, authorization)
    if len(key) < MIN_WRITE_KEY:
        return _refused("invalid_write_key", "the write key is missing or too short")
    if expected_key is not None and key != expected_key:
        return _refused("unknown_write_key", "there is no source with this write key", 401)
    if call != "batch":
        problem_found = _event_problem({**body, "type": call}, CALLS)
        event: JsonObject = {name: value for name, value in body.items() if name != "writeKey"}
        return _refused(*problem_found) if problem_found else Answer(200, SUCCESS, ({**event, "type": call},))
    return _batch(body)


def _batch(body: JsonObject) -> Answer:
    batch = body.get("batch")
    if not isinstance(batch, list):
        return _refused("invalid_batch", "batch is no list")
    if len(batch) > MAX_BATCH_EVENTS:
        return Answer(200, SUCCESS)
    events: list[JsonObject] = []
    for number, event in enumerate(batch):
        if not isinstance(event, dict):
            return _refused("invalid_event", f"batch[{number}] is no object")
        problem = _event_problem(event, BATCHED)
        if problem is not None:
            return _refused(problem[0], f"batch[{number}]: {problem[1]}")
        if len(orjson.dumps(event)) > MAX_EVENT_BYTES:
            return _refused("payload_too_large", f"batch[{number}] has more than {MAX_EVENT_BYTES} bytes")
        events.append(event)
    return Answer(200, SUCCESS, tuple(events))


def _event_problem(event: JsonObject, types: frozenset[str]) -> tuple[str, str] | None:
    if event.get("type") not in types:
        return "invalid_type", f"type is {event.get('type')!r}"
    if not _named(event.get("userId")) and not _named(event.get("anonymousId")):
        return "no_user_anon_id", "neither userId nor anonymousId"
    if event["type"] == "track" and not _named(event.get("event")):
        return "no_event", "a track call without an event"
    message_id = event.get("messageId")
    if message_id is not None and not (isinstance(message_id, str) and 0 < len(message_id) <= MAX_MESSAGE_ID):
        return "invalid_message_id", "a messageId must have fewer than 100 characters"
    return None


def _named(value: Json) -> bool:
    return isinstance(value, str) and value != ""


def _write_key(body: JsonObject, authorization: str | None) -> str:
    if authorization is not None and authorization.startswith("Basic "):
        try:
            return base64.b64decode(authorization[6:], validate=True).decode().removesuffix(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
    key = body.get("writeKey")
    return key if isinstance(key, str) else ""


def _refused(code: str, message: str, status: int = 400) -> Answer:
    return Answer(status, orjson.dumps({"success": False, "code": code, "message": message}))
