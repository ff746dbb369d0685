"""Reporting webhooks as they arrive (customerio_semantics.md 1.1 to 1.4)."""

from typing import Final

import orjson
from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.metrics.invalid import InvalidWebhook, identifier, kind_of, refuse, required_text
from worker.metrics.person import Person, read_person
from worker.nesting import nests_deeper
from worker.reasons import Reason
from worker.unparsed import wrong_with_text

__all__ = [
    "MAX_DEPTH",
    "MAX_WEBHOOK_BYTES",
    "InvalidWebhook",
    "Webhook",
    "decode_webhook",
    "read_webhook",
    "webhook_key",
]

MAX_WEBHOOK_BYTES: Final = 1_000_000
"""Largest webhook, in bytes: what fits a Kafka record of the usual 1 MiB with its key and headers."""

MAX_DEPTH: Final = 200
"""Deepest nesting. What is read is written again, and orjson writes 254 levels at most."""

MAX_EVENT_ID: Final = 256
"""Longest event_id, in characters. Customer.io's are ULIDs of 26, but one official example is not one."""

MAX_NAME: Final = 100
"""Longest object_type or metric, in characters."""

LAST_TIMESTAMP: Final = 253_402_300_799
"""The last second of the year 9999; milliseconds taken for seconds lie beyond it."""

PREFERENCES_CHANGED: Final = "cio_subscription_preferences_changed"
"""The one metric whose published schema does not require an object_type."""

REPLIED: Final = "replied"
"""The metric of what a person writes back, in channels where they can."""

_ENVELOPE: Final = frozenset({"event_id", "object_type", "object_type_type", "metric", "timestamp", "data"})


class Webhook(Struct, frozen=True):
    """A checked reporting webhook.

    `timestamp` is unix seconds. `data` is as received, and `extra` holds what the envelope has beyond the published
    fields. `delivery_id` is "" where the event belongs to no message.
    """

    event_id: str
    object_type: str
    metric: str
    timestamp: int | float
    person: Person
    delivery_id: str
    data: JsonObject
    extra: JsonObject


def decode_webhook(raw: bytes | None) -> Webhook:
    """The webhook in a record's value. Raises InvalidWebhook."""
    if not raw:
        raise InvalidWebhook(Reason.EMPTY, "the record has no value")
    if len(raw) > MAX_WEBHOOK_BYTES:
        raise InvalidWebhook(Reason.TOO_LARGE, f"{len(raw)} bytes, more than {MAX_WEBHOOK_BYTES}")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise InvalidWebhook(Reason.NOT_JSON, wrong_with_text(problem)) from problem
    if type(body) is not dict:
        raise InvalidWebhook(Reason.NOT_AN_OBJECT, f"a webhook must be an object, not {kind_of(body)}")
    # Counting brackets costs next to nothing and rules out deep nesting for all but odd payloads.
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _check_depth(body)
    return _read(body)


def read_webhook(body: JsonObject) -> Webhook:
    """The webhook in an already decoded JSON object. Raises InvalidWebhook."""
    _check_depth(body)
    return _read(body)


def _check_depth(body: JsonObject) -> None:
    if nests_deeper(body, MAX_DEPTH):
        raise InvalidWebhook(Reason.NOT_JSON, f"nests deeper than {MAX_DEPTH} levels")


def _read(body: JsonObject) -> Webhook:
    event_id = required_text(body, "event_id", MAX_EVENT_ID)
    metric = required_text(body, "metric", MAX_NAME)
    object_type = _object_type(body, metric)
    timestamp = _timestamp(body)
    data = body.get("data")
    if type(data) is not dict:
        refuse(f"data must be an object, not {kind_of(data)}" if "data" in body else "data is missing")
    extra: JsonObject = {}
    if not _ENVELOPE.issuperset(body):
        extra = {key: value for key, value in body.items() if key not in _ENVELOPE}
    delivery_id = identifier(data, "delivery_id", "data.")
    return Webhook(event_id, object_type, metric, timestamp, read_person(data), delivery_id, data, extra)


def _object_type(body: JsonObject, metric: str) -> str:
    if body.get("object_type") is not None:
        return required_text(body, "object_type", MAX_NAME)
    # The published schema of the preferences event spells it object_type_type (customerio_semantics.md 1.2).
    if body.get("object_type_type") is not None:
        return required_text(body, "object_type_type", MAX_NAME)
    if metric == PREFERENCES_CHANGED:
        return "customer"
    return required_text(body, "object_type", MAX_NAME)


def _timestamp(body: JsonObject) -> int | float:
    value: Json = body.get("timestamp")
    if type(value) is not int and type(value) is not float:
        given = f"not {kind_of(value)}" if "timestamp" in body else "and is missing"
        refuse(f"timestamp must be a number of unix seconds, {given}")
    if not 0 <= value <= LAST_TIMESTAMP:
        refuse(f"timestamp must be unix seconds between 0 and {LAST_TIMESTAMP}, not {value}")
    return value


def webhook_key(webhook: Webhook) -> str:
    """The record key of a webhook in reporting.events and of its track event in segment.message-metrics.

    It names the person, by what changes least, so that all of one person's events stay in order and on one partition,
    repeats included. Where the webhook names nobody it is the delivery, else the event itself.
    """
    person = webhook.person
    if person.cio_id:
        return f"cio_id:{person.cio_id}"
    if person.id:
        return f"id:{person.id}"
    if person.email:
        return f"email:{person.email.lower()}"
    if webhook.delivery_id:
        return f"delivery:{webhook.delivery_id}"
    return f"event:{webhook.event_id}"
