"""Decoding reporting webhooks."""

from typing import Any

import orjson
import pytest

from tests.metrics.payloads import load, make_body, make_webhook
from worker.jsontypes import Json, JsonObject
from worker.metrics.webhook import (
    MAX_DEPTH,
    MAX_WEBHOOK_BYTES,
    InvalidWebhook,
    decode_webhook,
    read_webhook,
    webhook_key,
)
from worker.reasons import Reason


def nested(depth: int) -> Json:
    value: Json = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("body", load("official_examples.json").values(), ids=load("official_examples.json"))
def test_the_official_examples_decode(body: dict[str, Any]) -> None:
    webhook = decode_webhook(orjson.dumps(body))
    assert (webhook.event_id, webhook.object_type, webhook.metric) == (
        body["event_id"],
        body["object_type"],
        body["metric"],
    )
    assert webhook.timestamp == 1613063089
    assert webhook.data == body["data"]
    assert webhook.delivery_id == body["data"].get("delivery_id", "")
    assert webhook.person.id == "42"
    assert webhook.extra == {}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, Reason.EMPTY),
        (b"", Reason.EMPTY),
        (b"{", Reason.NOT_JSON),
        (b"\xff", Reason.NOT_JSON),
        (b'{"timestamp": NaN}', Reason.NOT_JSON),
        (b"[]", Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
        (b" " * MAX_WEBHOOK_BYTES, Reason.NOT_JSON),
        (b" " * (MAX_WEBHOOK_BYTES + 1), Reason.TOO_LARGE),
        (b"{}", Reason.INVALID_WEBHOOK),
    ],
)
def test_what_is_no_webhook_is_refused_with_a_reason(raw: bytes | None, reason: Reason) -> None:
    with pytest.raises(InvalidWebhook) as caught:
        decode_webhook(raw)
    assert caught.value.reason is reason
    assert caught.value.detail


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"event_id": 5}, "event_id must be a string, not a number"),
        ({"event_id": None}, "event_id must be a string, not null"),
        ({"event_id": ""}, "event_id must have 1 to 256 characters, not 0"),
        ({"event_id": "x" * 257}, "event_id must have 1 to 256 characters, not 257"),
        ({"metric": ["opened"]}, "metric must be a string, not an array"),
        ({"object_type": {}}, "object_type must be a string, not an object"),
        ({"object_type": None}, "object_type must be a string, not null"),
        ({"timestamp": True}, "timestamp must be a number of unix seconds, not a boolean"),
        ({"timestamp": "1613063089"}, "timestamp must be a number of unix seconds, not a string"),
        ({"timestamp": -1}, "timestamp must be unix seconds between 0 and 253402300799, not -1"),
        ({"timestamp": 1613063089000}, "timestamp must be unix seconds between 0 and 253402300799, not 1613063089000"),
        ({"data": None}, "data must be an object, not null"),
        ({"data": {"identifiers": 5}}, "data.identifiers must be an object or null, not a number"),
        ({"data": {"identifiers": {"id": 1.5}}}, "data.identifiers.id must be a string or null, not a number"),
        ({"data": {"identifiers": {"email": []}}}, "data.identifiers.email must be a string or null, not an array"),
        ({"data": {"identifiers": {"cio_id": 1.5}}}, "data.identifiers.cio_id must be a string or null, not a number"),
        (
            {"data": {"identifiers": {"id": "a"}, "email_address": []}},
            "data.email_address must be a string or null, not an array",
        ),
        ({"data": {"email_address": []}}, "data.email_address must be a string or null, not an array"),
        ({"data": {"customer_id": False}}, "data.customer_id must be a string or null, not a boolean"),
        ({"data": {"delivery_id": {}}}, "data.delivery_id must be a string or null, not an object"),
        (
            {"data": {"identifiers": {"id": "x" * 1001}}},
            "data.identifiers.id must have at most 1000 characters, not 1001",
        ),
    ],
)
def test_every_wrong_type_is_met_with_words(change: JsonObject, detail: str) -> None:
    with pytest.raises(InvalidWebhook) as caught:
        decode_webhook(orjson.dumps(make_body() | change))
    assert (caught.value.reason, caught.value.detail) == (Reason.INVALID_WEBHOOK, detail)


def test_the_longest_texts_are_taken() -> None:
    webhook = read_webhook(make_body(identifiers={"id": "x" * 1000}) | {"event_id": "y" * 256, "metric": "z" * 100})
    assert (len(webhook.person.id), len(webhook.event_id), len(webhook.metric)) == (1000, 256, 100)


@pytest.mark.parametrize("timestamp", [0, 253_402_300_799])
def test_the_first_and_the_last_second_are_taken(timestamp: int) -> None:
    assert read_webhook(make_body() | {"timestamp": timestamp}).timestamp == timestamp


@pytest.mark.parametrize("field", ["event_id", "object_type", "metric", "timestamp", "data"])
def test_a_missing_field_is_named(field: str) -> None:
    body = make_body()
    del body[field]
    with pytest.raises(InvalidWebhook, match=rf"^{field} .*missing"):
        read_webhook(body)


def test_preferences_changed_may_spell_or_omit_the_object_type() -> None:
    body = make_body("", "cio_subscription_preferences_changed")
    del body["object_type"]
    assert read_webhook(body).object_type == "customer"
    assert read_webhook(body | {"object_type_type": "sms"}).object_type == "sms"
    assert read_webhook(body | {"object_type_type": "sms", "object_type": "email"}).object_type == "email"


@pytest.mark.parametrize("decoded", [True, False])
def test_what_could_not_be_written_again_is_refused(decoded: bool) -> None:
    # The envelope and data are two levels.
    fits, deep = make_body(new=nested(MAX_DEPTH - 2)), make_body(new=nested(MAX_DEPTH - 1))
    orjson.dumps(fits)
    if decoded:
        assert read_webhook(fits)
    else:
        assert decode_webhook(orjson.dumps(fits))
    with pytest.raises(InvalidWebhook, match="nests deeper") as caught:
        read_webhook(deep) if decoded else decode_webhook(orjson.dumps(deep))
    assert caught.value.reason is Reason.NOT_JSON


def test_many_flat_objects_are_not_deep() -> None:
    assert decode_webhook(orjson.dumps(make_body(recipients=[{"device_id": "a"}] * 1000)))


def test_unpublished_fields_of_the_envelope_are_kept() -> None:
    assert read_webhook(make_body() | {"workspace_id": 5}).extra == {"workspace_id": 5}


def test_so_they_are_where_a_published_one_is_left_out() -> None:
    body = make_body("", "cio_subscription_preferences_changed") | {"workspace_id": 5}
    del body["object_type"]
    assert read_webhook(body).extra == {"workspace_id": 5}


@pytest.mark.parametrize(
    ("identifiers", "key"),
    [
        ({"id": "ana-7", "email": "Ana@example.com", "cio_id": "d9c1"}, "cio_id:d9c1"),
        ({"id": "ana-7", "email": "Ana@example.com"}, "id:ana-7"),
        ({"id": None, "email": "Ana@example.com"}, "email:ana@example.com"),
        ({"id": "", "email": ""}, "delivery:RPILAgUBcRhIBqSfeiIwdIYJKxTY"),
    ],
)
def test_the_key_names_the_person_by_what_changes_least(identifiers: JsonObject, key: str) -> None:
    assert webhook_key(make_webhook(identifiers=identifiers)) == key


def test_without_person_and_delivery_the_event_is_the_key() -> None:
    assert webhook_key(make_webhook(identifiers=None, delivery_id=None)) == "event:01E4C4CT6YDC7Y5M7FE1GWWPQJ"
