"""Segment events as they arrive."""

from typing import Final, NoReturn, cast

from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.decoding import InvalidJson, decode_json
from worker.segment.javascript import indefinite, to_string, type_name
from worker.segment.timestamps import event_time

TYPES: Final = frozenset({"identify", "track", "page", "screen", "group", "alias", "delete"})
"""The types an event can have; `delete` is Segment's deletion request."""

MAX_BYTES: Final = 256 * 1024
"""Eight times what Segment's own API takes (customerio_semantics.md 8.4): events that wait are kept whole."""

MAX_KEYS: Final = 10_000
"""The most keys that properties, traits, context and integrations may have each."""

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


class Event(Struct, frozen=True):
    """A checked Segment event: `data` as received (for triggers and mappings), and the fields everyone needs.

    `type` is one of `TYPES`; `event` is None where it is no text. The ids are the texts that mapped fields would hold,
    None where missing, null or empty. `time` is unix seconds, to the millisecond, of the first of timestamp,
    originalTimestamp and receivedAt that holds a time; None if none does.
    """

    type: str
    event: str | None
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    time: float | None
    data: JsonObject


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
    null. An id may not hold a NUL character, which not every store takes. Where there is no type, `action` is one: so
    it stands in the example of a device event (segment_destination.txt, "Add and Update Devices").
    """
    usual = _usual(data)
    if usual is not None:
        return usual
    get = data.get
    kind = get("type")
    if kind is None and get("action") in TYPES:
        data = {**data, "type": get("action")}
        get = data.get
        kind = get("type")
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
    event = get("event")
    return Event(
        kind,
        event if event.__class__ is str else None,
        _text(get("messageId")),
        _text(get("userId")),
        _text(get("anonymousId")),
        _time(data),
        data,
    )


def _usual(data: JsonObject) -> Event | None:
    """The event where nothing is to be said against it, and no number to be made text, as of nearly all; else None.

    A third of what the long way costs.
    """
    get = data.get
    kind, event, message_id, timestamp = get("type"), get("event"), get("messageId"), get("timestamp")
    user_id, anonymous_id = get("userId"), get("anonymousId")
    if (
        kind.__class__ is str
        and kind in TYPES
        and (event.__class__ is str or event is None)
        and (message_id.__class__ is str or message_id is None)
        and timestamp.__class__ is str
        and (user_id.__class__ is str and "\0" not in user_id if user_id is not None else True)
        and (anonymous_id.__class__ is str and "\0" not in anonymous_id if anonymous_id is not None else True)
        and ((value := get("properties")) is None or (value.__class__ is dict and len(value) <= MAX_KEYS))
        and ((value := get("context")) is None or (value.__class__ is dict and len(value) <= MAX_KEYS))
        and ((value := get("traits")) is None or (value.__class__ is dict and len(value) <= MAX_KEYS))
        and ((value := get("integrations")) is None or (value.__class__ is dict and len(value) <= MAX_KEYS))
        and ((value := get("groupId")) is None or (value.__class__ is str and "\0" not in value))
        and ((value := get("name")) is None or value.__class__ is str)
        and get("previousId") is None
    ):
        time = event_time(timestamp)
        return Event(
            kind,
            event,
            message_id or None,
            cast("str | None", user_id) or None,
            cast("str | None", anonymous_id) or None,
            _time(data) if time is None else time,
            data,
        )
    return None


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
