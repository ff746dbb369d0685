import time
from collections.abc import Callable
from contextlib import suppress

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.segment.strategies import VALUES
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.events import MAX_BYTES, MAX_KEYS, TYPES, Event, InvalidEvent, _check, check_event, decode_event
from worker.segment.timestamps import to_unix_timestamp


def encode(**fields: Json) -> bytes:
    return orjson.dumps({"type": "track", **fields})


def refused(raw: bytes | None) -> tuple[Reason, str]:
    with pytest.raises(InvalidEvent) as caught:
        decode_event(raw)
    return caught.value.reason, caught.value.detail


def test_the_fields_everyone_needs() -> None:
    fields: JsonObject = {
        "type": "track",
        "event": "A",
        "messageId": "m",
        "userId": "u",
        "anonymousId": "a",
        "timestamp": "2023-06-01T12:00:00.123Z",
        "_at": 5,
    }
    event = decode_event(orjson.dumps(fields))
    assert (event.type, event.event, event.message_id, event.user_id, event.anonymous_id) == (
        "track",
        "A",
        "m",
        "u",
        "a",
    )
    assert event.time == 1685620800.123
    assert event.data == fields


@pytest.mark.parametrize(
    ("user_id", "expected"),
    [(None, None), ("", None), ("0", "0"), (" ", " "), (4711, "4711"), (1.5, "1.5"), (2.0, "2"), (2**63, str(2**63))],
)
def test_ids_are_what_a_mapped_field_would_hold(user_id: Json, expected: str | None) -> None:
    event = decode_event(encode(userId=user_id, anonymousId=user_id, messageId=user_id, event=user_id))
    assert (event.user_id, event.anonymous_id, event.message_id) == (expected, expected, expected)
    assert event.event == (user_id if isinstance(user_id, str) else None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"timestamp": None, "receivedAt": "2023-06-01T12:00:00Z"}, 1685620800.0),
        ({"timestamp": "never", "originalTimestamp": "2023-06-01", "receivedAt": "2023-06-02"}, 1685577600.0),
        ({"timestamp": {}, "receivedAt": 1685620800}, "timestamp must be a string or a number but it is an object"),
        ({"timestamp": 1685620800123}, 1685620800.123),
        ({"timestamp": "1685620800.5"}, 1685620800.5),
        ({"receivedAt": True}, None),
    ],
)
def test_the_time_is_the_first_that_is_one(fields: JsonObject, expected: float | str | None) -> None:
    if isinstance(expected, str):
        assert refused(encode(**fields)) == (Reason.INVALID_EVENT, expected)
    else:
        assert decode_event(encode(**fields)).time == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b" ", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b'{"type": NaN}', Reason.NOT_JSON),
        (b'{"type": 1e999}', Reason.NOT_JSON),
        (b'{"type": "track", "event": "\\ud800"}', Reason.NOT_JSON),
        (b'{"type": "track", "event": "\xff"}', Reason.NOT_JSON),
        (b'{"type": "track", "a": ' + b"[" * 64 + b"]" * 64 + b"}", Reason.NOT_JSON),
        (b"[" * 100_000, Reason.NOT_JSON),
        (b"null", Reason.NOT_AN_OBJECT),
        (b"[]", Reason.NOT_AN_OBJECT),
        (b"5", Reason.NOT_AN_OBJECT),
        (b"{}", Reason.UNKNOWN_TYPE),
        (b'{"type": "Track"}', Reason.UNKNOWN_TYPE),
        (b'{"type": ["track"]}', Reason.UNKNOWN_TYPE),
        (b'{"type": "track", "properties": "x"}', Reason.INVALID_EVENT),
        (b'{"type": "track", "context": []}', Reason.INVALID_EVENT),
        (b'{"type": "track", "userId": true}', Reason.INVALID_EVENT),
        (b'{"type": "track", "userId": "a\\u0000"}', Reason.INVALID_EVENT),
        (b'{"type": "alias", "previousId": ["a"]}', Reason.INVALID_EVENT),
        (b'{"type": "track", "event": {"a": 1}}', Reason.INVALID_EVENT),
        (encode(messageId="\1" * 34, timestamp="2023-06-01T12:00:00.123Z"), Reason.INVALID_EVENT),
    ],
)
def test_what_is_no_event(raw: bytes | None, reason: Reason) -> None:
    assert refused(raw)[0] is reason


def test_refusals_say_what_is_wrong() -> None:
    assert refused(encode(properties="x"))[1] == "properties must be an object but it is a string"
    assert (
        refused(encode(traits=dict.fromkeys(map(str, range(MAX_KEYS + 1)))))[1]
        == "traits has 10001 keys, more than 10000"
    )
    assert refused(encode(type="x" * 5000))[1].endswith("but it is '" + "x" * 100 + "'")
    assert refused(b"{}")[1] == "type is missing"


def test_what_is_accepted_as_it_is() -> None:
    assert decode_event(encode(properties=dict.fromkeys(map(str, range(MAX_KEYS))))).data["properties"]
    assert decode_event(encode(properties={"a": "\0"})).data["properties"] == {"a": "\0"}
    assert decode_event(encode(properties=None, context=None)).data["context"] is None
    assert decode_event(b'{"type": "page", "type": "track", "userId": "a", "userId": "b"}').user_id == "b"
    nested = b'{"type": "track", "a": ' + b"[" * 63 + b"]" * 63 + b"}"
    assert decode_event(nested).type == "track"


@given(st.binary(max_size=40))
def test_any_bytes_are_an_event_or_refused(raw: bytes) -> None:
    with suppress(InvalidEvent):
        assert decode_event(raw).type in TYPES


NAMES = [
    "type",
    "action",
    "event",
    "name",
    "userId",
    "anonymousId",
    "groupId",
    "previousId",
    "messageId",
    "timestamp",
    "originalTimestamp",
    "receivedAt",
    "properties",
    "traits",
    "context",
    "integrations",
]
"""Every field that a check looks at."""
FIELDS = st.sampled_from(NAMES)


@given(st.dictionaries(FIELDS, VALUES | st.sampled_from(["track", "identify"])))
def test_any_object_is_an_event_or_refused(data: JsonObject) -> None:
    with suppress(InvalidEvent):
        event = check_event(data)
        assert event.type in TYPES
        assert event.data == {**data, "type": event.type}


USUAL_FIELDS: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["track", "identify", "delete", "Track"]),
        "messageId": st.sampled_from(["m", "", "\0"]),
        "timestamp": st.sampled_from(
            ["2023-06-01T12:00:00.123Z", "1969-12-31T23:59:59.999Z", "2023-02-30T12:00:00.000Z", "2023-06-01", "never"]
        ),
    },
    optional={
        **dict.fromkeys(["userId", "anonymousId", "groupId", "previousId"], st.sampled_from(["u", "", None, "a\0", 5])),
        **dict.fromkeys(["event", "name"], st.sampled_from(["E", "", None, 5, []])),
        **dict.fromkeys(["properties", "traits", "context", "integrations"], st.sampled_from([{}, {"a": 1}, None, 5])),
        "receivedAt": st.just("2023-06-02"),
    },
)


@given(st.dictionaries(FIELDS, VALUES | st.sampled_from(["track", "identify"])) | USUAL_FIELDS)
def test_the_short_check_ends_where_the_rules_do(data: JsonObject) -> None:
    expected, found = outcome(_check, data), outcome(check_event, data)
    if isinstance(found, Event):
        assert found.seconds is None or found.seconds == to_unix_timestamp(data["timestamp"])
        found = msgspec.structs.replace(found, seconds=None)
    assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_one_unusual_field_is_enough_for_the_rules(name: str) -> None:
    usual: JsonObject = {"type": "track", "messageId": "m", "timestamp": "2023-06-01T12:00:00.123Z", "userId": "u"}
    crowded: JsonObject = {str(number): number for number in range(MAX_KEYS + 1)}
    values: list[Json] = [None, "", "a\0", "u", 5, 1.5, True, [], ["u"], {}, {"a": 1}, crowded]
    values += ["m" * 200, "m" * 201, "\1" * 33, "\1" * 34, '"' * 100, '"' * 101]
    for value in values:
        data = {**usual, name: value}
        expected, found = outcome(_check, data), outcome(check_event, data)
        if isinstance(found, Event):
            found = msgspec.structs.replace(found, seconds=None)
        assert found == expected, value


def outcome(check: Callable[[JsonObject], Event], data: JsonObject) -> Event | tuple[Reason, str]:
    try:
        return check(data)
    except InvalidEvent as error:
        return error.reason, error.detail


def test_usual_events_are_checked_the_short_way() -> None:
    data: JsonObject = {"type": "page", "messageId": "m", "timestamp": "2023-06-01T12:00:00.123Z"}
    assert check_event(data).seconds == 1685620800
    data |= {"event": "E", "name": "N", "userId": "u", "anonymousId": "a", "groupId": "g", "previousId": None}
    data |= {"properties": {"a": 1}, "traits": {}, "context": {}, "integrations": {}}
    assert check_event(data).seconds == 1685620800


def test_long_events_take_linear_time() -> None:
    started = time.process_time()
    for raw in (
        encode(a=[[] for _ in range(40_000)]),
        encode(a=[{"b": {}} for _ in range(20_000)]),
        encode(timestamp="1" * 200_000),
        encode(timestamp="T" * 200_000),
        encode(timestamp="2023" + " " * 200_000),
    ):
        decode_event(raw)
    assert time.process_time() - started < 5


def test_an_action_stands_for_a_missing_type() -> None:
    """The example of an Application Installed event in segment_destination.txt has no type."""
    event = decode_event(b'{"action": "track", "userId": "019mr8mf4r", "event": "Application Installed"}')
    assert event.type == "track"
    assert event.data["type"] == "track"


@pytest.mark.parametrize("action", ["dance", "", 5, None, True, ["track"], {"track": 1}])
def test_an_action_that_is_no_type_stands_for_nothing(action: Json) -> None:
    assert refused(orjson.dumps({"action": action, "userId": "u"})) == (Reason.UNKNOWN_TYPE, "type is missing")


def test_an_event_may_not_be_larger_than_the_limit() -> None:
    begin, end = b'{"type": "track", "userId": "u", "event": "', b'"}'
    largest = MAX_BYTES - len(begin + end)
    assert decode_event(begin + b"x" * largest + end).user_id == "u"
    assert refused(begin + b"x" * (largest + 1) + end)[0] is Reason.TOO_LARGE
