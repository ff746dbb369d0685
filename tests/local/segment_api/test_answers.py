"""The answers are the documented ones."""

import base64

import orjson
import pytest

from worker.jsontypes import Json, JsonObject
from worker.local.segment_api.answers import MAX_BATCH_BYTES, MAX_EVENT_BYTES, answer

EVENT: JsonObject = {"type": "track", "event": "Email Opened", "userId": "ana", "messageId": "m1"}
KEY = "write-key"


def body(*events: Json, **more: Json) -> bytes:
    return orjson.dumps({"batch": list(events), "writeKey": KEY, **more})


def basic(key: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"


def test_a_good_batch_is_taken_whole() -> None:
    given = answer("batch", body(EVENT, {**EVENT, "userId": "", "anonymousId": "a@example.com"}), None)
    assert (given.status, orjson.loads(given.body), len(given.events)) == (200, {"success": True}, 2)


def test_a_single_call_is_taken_by_its_path() -> None:
    given = answer("identify", orjson.dumps({"userId": "ana", "traits": {}, "writeKey": KEY}), None)
    assert given.status == 200
    assert given.events == ({"userId": "ana", "traits": {}, "type": "identify"},)


@pytest.mark.parametrize("authorization", [basic(KEY), None])
def test_the_write_key_comes_in_the_header_or_the_body(authorization: str | None) -> None:
    raw = orjson.dumps({"batch": [EVENT], **({} if authorization else {"writeKey": KEY})})
    assert answer("batch", raw, authorization, KEY).status == 200


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "invalid_json"),
        (b"[]", "invalid_json"),
        (b"\xff", "invalid_json"),
        (orjson.dumps({"batch": [EVENT]}), "invalid_write_key"),
        (body(EVENT, writeKey="x"), "invalid_write_key"),
        (body(writeKey=KEY, batch={}), "invalid_batch"),
        (body(1), "invalid_event"),
        (body(EVENT, {**EVENT, "type": "alias"}), "invalid_type"),
        (body({"event": "x", "userId": "u"}), "invalid_type"),
        (body({**EVENT, "userId": ""}), "no_user_anon_id"),
        (body({"type": "track", "userId": "u"}), "no_event"),
        (body({**EVENT, "messageId": "m" * 100}), "invalid_message_id"),
        (body({**EVENT, "properties": {"blob": "x" * MAX_EVENT_BYTES}}), "payload_too_large"),
        (b" " * MAX_BATCH_BYTES + body(EVENT), "payload_too_large"),
    ],
)
def test_what_cannot_be_used_is_answered_400_and_nothing_of_it_is_taken(raw: bytes, code: str) -> None:
    given = answer("batch", raw, None)
    assert given.status == 400
    assert orjson.loads(given.body)["code"] == code
    assert given.events == ()


def test_too_many_events_are_answered_200_and_rejected() -> None:
    small: JsonObject = {"type": "track", "event": "e", "userId": "u"}
    assert len(answer("batch", body(*[small] * 2500), None).events) == 2500
    given = answer("batch", body(*[small] * 2501), None)
    assert (given.status, given.events) == (200, ())


def test_limits_are_those_of_the_documents_to_the_byte() -> None:
    room = MAX_EVENT_BYTES - len(orjson.dumps({**EVENT, "properties": {"blob": ""}}))
    exact: JsonObject = {**EVENT, "properties": {"blob": "x" * room}}
    assert answer("batch", body(exact), None).status == 200
    padded = body(EVENT).ljust(MAX_BATCH_BYTES)
    assert answer("batch", padded, None).status == 200


def test_an_expected_write_key_is_insisted_on() -> None:
    assert answer("batch", body(EVENT), None, "another").status == 401
    assert answer("batch", orjson.dumps({"batch": [EVENT]}), "Basic %%%").status == 400
