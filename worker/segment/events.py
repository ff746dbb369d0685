"""Segment events as they arrive."""

from typing import Final, NoReturn

import orjson
from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.decoding import InvalidJson, decode_json
from worker.segment.javascript import indefinite, to_string, type_name
from worker.segment.timestamps import event_time, usual_milliseconds

TYPES: Final = frozenset({"identify", "track", "page", "screen", "group", "alias", "delete"})
"""The types an event can have; `delete` is Segment's deletion request."""

MAX_BYTES: Final = 256 * 1024
"""Eight times what Segment's own API takes (customerio_semantics.md 8.4): events that wait are kept whole."""

MAX_KEYS: Final = 10_000
"""The most keys that properties, traits, context and integrations may have each."""

MAX_MESSAGE_ID: Final = 200
"""The most bytes of a messageId in JSON, twice what Segment takes: it is kept with every value that its event set."""

_MESSAGE_ID_FITS: Final = MAX_MESSAGE_ID // len(r"\u0001")
"""Characters that fit whatever they are."""

_OBJECTS: Final = ("properties", "traits", "context", "integrations")
_IDS: Final = ("userId", "anonymousId", "groupId", "previousId")
_TEXTS: Final = ("event", "name", "messageId", "timestamp")
_TIMES: Final = ("timestamp", "originalTimestamp", "receivedAt")


class InvalidEvent(Exception):
    """The record holds no event that could ever be processed; `detail` says what is wrong with it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Event(Struct, frozen=True, gc=False):  # no event refers to one: there are no cycles to collect
    """A checked Segment event: `data` as received (for triggers and mappings), and the fields everyone needs.

    `type` is one of `TYPES`; `event` is None where it is no text. The ids are the texts that mapped fields would hold,
    None where missing, null or empty. `time` is unix seconds, to the millisecond, of the first of timestamp,
    originalTimestamp and receivedAt that holds a time; None if none does. `seconds` is what `to_unix_timestamp` makes
    of `timestamp`, where that came out while the event was checked; else None.
    """

    type: str
    event: str | None
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    time: float | None
    data: JsonObject
    seconds: int | None = None


def decode_event(raw: bytes | None) -> Event:
    """The event in a record's value. Raises InvalidEvent.

    `decode_json` says what counts as JSON: no NaN, no lone surrogates, no deep nesting; of repeated keys the last.
    """
    if not raw:
        raise InvalidEvent(Reason.EMPTY, "the record has no value")
    if len(raw) > MAX_BYTES:
        raise InvalidEvent(Reason.TOO_LARGE, f"the event has {len(raw)} bytes, more than {MAX_BYTES}")
    try:
        data = decode_json(raw)
    except InvalidJson as error:
        raise InvalidEvent(Reason.NOT_JSON, str(error)) from error
    if data.__class__ is not dict:
        raise InvalidEvent(Reason.NOT_AN_OBJECT, f"the value is {_kind(data)}")
    return check_event(data)


def check_event(data: JsonObject) -> Event:
    """The event in a decoded object. Raises InvalidEvent for an unknown type and fields of wrong types.

    Ids, names and timestamps may be texts or numbers, properties, traits, context and integrations objects; all may be
    null. An id may not hold a NUL character, which not every store takes, and a messageId may not be too long. Where
    there is no type, `action` is one: so it stands in the example of a device event (segment_destination.txt, "Add and
    Update Devices").
    """
    try:
        kind, message_id, timestamp = data["type"], data["messageId"], data["timestamp"]
    except KeyError:
        return _check(data)
    get = data.get
    event, user_id, anonymous_id = get("event"), get("userId"), get("anonymousId")
    # Of nearly all events nothing of this is true. Whatever is, `_check` knows whether it is wrong.
    if (
        kind.__class__ is not str
        or kind not in TYPES
        or (event is not None and event.__class__ is not str)
        or message_id.__class__ is not str
        or (len(message_id) > _MESSAGE_ID_FITS and _json_size(message_id) > MAX_MESSAGE_ID)
        or timestamp.__class__ is not str
        or (user_id is not None and (user_id.__class__ is not str or "\0" in user_id))
        or (anonymous_id is not None and (anonymous_id.__class__ is not str or "\0" in anonymous_id))
        or ((value := get("properties")) is not None and (value.__class__ is not dict or len(value) > MAX_KEYS))
        or ((value := get("context")) is not None and (value.__class__ is not dict or len(value) > MAX_KEYS))
        or ((value := get("traits")) is not None and (value.__class__ is not dict or len(value) > MAX_KEYS))
        or ((value := get("integrations")) is not None and (value.__class__ is not dict or len(value) > MAX_KEYS))
        or ((value := get("groupId")) is not None and (value.__class__ is not str or "\0" in value))
        or ((value := get("name")) is not None and value.__class__ is not str)
        or get("previousId") is not None
        or (since_1970 := usual_milliseconds(timestamp)) is None
    ):
        return _check(data)
    return Event(
        kind,
        event,
        message_id or None,
        user_id or None,
        anonymous_id or None,
        since_1970 / 1000,
        data,
        since_1970 // 1000,
    )


def _check(data: JsonObject) -> Event:
    """The same of any object: the rules, one by one."""
    get = data.get
    kind = get("type")
    if kind is None and (action := get("action")).__class__ is str and action in TYPES:
        kind = action
        data = {**data, "type": kind}
        get = data.get
    if kind.__class__ is not str or kind not in TYPES:
        _fail_type(data)
    for name in _OBJECTS:
        value = get(name)
        if value is not None and (value.__class__ is not dict or len(value) > MAX_KEYS):
            _fail_object(name, value)
    for name in _IDS:
        value = get(name)
        if value.__class__ is str:
            if "\0" in value:
                raise InvalidEvent(Reason.INVALID_EVENT, f"{name} holds a NUL character")
        elif value is not None:
            _check_number(name, value)
    for name in _TEXTS:
        value = get(name)
        if value.__class__ is not str and value is not None:
            _check_number(name, value)
    message_id = get("messageId")
    if message_id.__class__ is str and (size := _json_size(message_id)) > MAX_MESSAGE_ID:
        raise InvalidEvent(Reason.INVALID_EVENT, f"messageId has {size} bytes, more than {MAX_MESSAGE_ID}")
    event = get("event")
    return Event(
        kind,
        event if event.__class__ is str else None,
        _text(message_id),
        _text(get("userId")),
        _text(get("anonymousId")),
        _time(data),
        data,
    )


def _json_size(text: str) -> int:
    return len(orjson.dumps(text)) - len('""')


def _text(value: Json) -> str | None:
    if value.__class__ is str:
        return value or None
    return None if value is None else to_string(value)


def _time(data: JsonObject) -> float | None:
    for name in _TIMES:
        value = data.get(name)
        if value is not None and (time := event_time(value)) is not None:
            return time
    return None


def _kind(value: Json) -> str:
    return "null" if value is None else indefinite(type_name(value))


def _fail_type(data: JsonObject) -> NoReturn:
    if "type" not in data:
        raise InvalidEvent(Reason.UNKNOWN_TYPE, "type is missing")
    kind = data["type"]
    shown = repr(kind[:100]) if isinstance(kind, str) else _kind(kind)
    raise InvalidEvent(Reason.UNKNOWN_TYPE, f"type must be one of {', '.join(sorted(TYPES))}, but it is {shown}")


def _fail_object(name: str, value: Json) -> NoReturn:
    if isinstance(value, dict):
        raise InvalidEvent(Reason.INVALID_EVENT, f"{name} has {len(value)} keys, more than {MAX_KEYS}")
    raise InvalidEvent(Reason.INVALID_EVENT, f"{name} must be an object but it is {_kind(value)}")


def _check_number(name: str, value: Json) -> None:
    """Refuse what is neither a text (which was seen before) nor a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidEvent(Reason.INVALID_EVENT, f"{name} must be a string or a number but it is {_kind(value)}")
