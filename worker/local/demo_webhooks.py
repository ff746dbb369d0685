"""The bundled reporting webhooks: what Customer.io tells of messages to the people of `demo_events.py`.

All channels, deliveries from their draft to a click, failures of each kind, a repeated webhook, a metric nobody knows
yet, people without an id, and some that are bad on purpose.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

import orjson

from worker.jsontypes import Json, JsonObject

_START: Final = 1_792_400_000  # 2026-10-19
_JOURNEY: Final = "01G2NBFT8N2MYDTT3MHWK7Z6C6"
_DEVICE: Final[JsonObject] = {
    "device_id": "15ad6c7ddc29f1d6a28580b040ddddfb831fd009bafac1dff718be7ed4233c15",
    "device_platform": "ios",
}

Person: TypeAlias = tuple[str | None, str | None]
"""Id and email."""

_DELIVERIES: Final[tuple[tuple[str, Person, str], ...]] = (
    ("email", ("initech-1", "ada@initech.example"), "drafted sent delivered opened clicked converted"),
    ("email", ("globex-1", "donald@globex.example"), "sent delivered opened unsubscribed"),
    ("email", (None, "ada.lead@example.com"), "sent delivered opened"),
    ("email", ("hooli-2", "niklaus@hooli.example"), "attempted sent bounced"),
    ("email", ("stark-1", "ada@stark.example"), "sent delivered spammed"),
    ("email", ("wonka-2", "barbara@wonka.example"), "drafted dropped"),
    ("email", ("acme-4", "hedy@acme.example"), "failed undeliverable"),
    ("sms", ("initech-2", "grace@initech.example"), "sent delivered clicked replied converted"),
    ("sms", ("globex-3", "ken@globex.example"), "attempted sent bounced"),
    ("push", ("hooli-3", "hedy@hooli.example"), "sent delivered opened clicked converted"),
    ("push", ("stark-4", "edsger@stark.example"), "sent bounced dropped"),
    ("in_app", ("wonka-5", "radia@wonka.example"), "sent opened clicked converted"),
    ("in_app", (None, None), "sent opened"),
    ("whatsapp", ("acme-1", "ken@acme.example"), "sent delivered opened clicked replied"),
    ("whatsapp", ("acme-5", None), "attempted failed"),
    ("slack", ("sales-team", "sales@example.com"), "sent clicked"),
    ("webhook", ("initech-3", "alan@initech.example"), "sent clicked failed"),
)
_RECIPIENTS: Final = {
    "sms": "15555550100",
    "whatsapp": "+15555550101",
    "slack": "#signups",
    "webhook": "https://example.com/hook",
}


def webhook_lines() -> list[bytes]:
    """The lines of topics/demo/reporting.events.ndjson; most are webhooks, some are not on purpose."""
    webhooks = [*_of_documents(), *_of_deliveries(), *_of_people()]
    lines = [orjson.dumps({"event_id": f"01K7DEM0{n:018d}", **webhook}) for n, webhook in enumerate(webhooks, 1)]
    repeated = lines[10]
    return [*lines[:20], repeated, *lines[20:], *_BAD]


def _webhook(object_type: str, metric: str, seconds: int, data: JsonObject) -> JsonObject:
    return {"object_type": object_type, "metric": metric, "timestamp": _START + seconds, "data": data}


def _identifiers(person: Person, number: int) -> JsonObject:
    name, email = person
    return {"id": name, "email": email, "cio_id": f"d9c1060000{number:02x}"}


def _of_documents() -> Iterator[JsonObject]:
    """What leads to the example payloads of the source's document, in its order."""
    cool: JsonObject = {"id": "cool-person", "email": "cool.person@example.com", "cio_id": "d9c106ff0001"}
    sales: JsonObject = {"id": "sales-team", "email": "sales@example.com", "cio_id": "d9c106ff0002"}
    karn: JsonObject = {"id": "karn@customer.io", "email": "cool.person@example.com", "cio_id": "d9c106ff0003"}
    first, link = "dgP6xQb6xQYDAAF6FOl-vmR0E7zoPqTRiAo=", "https://customer.io/features"
    rows: tuple[tuple[str, str, JsonObject, JsonObject], ...] = (
        (
            "email",
            "opened",
            cool,
            {
                "action_id": 16,
                "campaign_id": 1,
                "delivery_id": first,
                "subject": "Test Subject",
                "recipient": "cool.person@customer.io",
            },
        ),
        (
            "sms",
            "sent",
            karn,
            {
                "action_id": 41,
                "campaign_id": 7,
                "delivery_id": "RKGZAQACAYCqt-kVejTLzrd-t9D_sQ==",
                "recipient": "15555555555",
                "content": "Hey, just testing sms segment stuff.",
            },
        ),
        (
            "sms",
            "clicked",
            cool,
            {
                "action_id": "n18",
                "campaign_id": 3,
                "delivery_id": "dgP6xQb6xQYDAAF6FQJvh4yaVoIOMGeCVp4=",
                "recipient": "15555555555",
                "href": link,
                "link_id": 1,
            },
        ),
        ("push", "sent", cool, {"action_id": "n16", "campaign_id": 1, "delivery_id": first, "recipients": [_DEVICE]}),
        (
            "slack",
            "sent",
            sales,
            {"action_id": "n16", "campaign_id": 1, "delivery_id": first, "recipient": "#cool-channel"},
        ),
        (
            "webhook",
            "sent",
            cool,
            {
                "action_id": "n17",
                "campaign_id": 2,
                "delivery_id": "dgP6xQb6xQYDAAF6FOsF0yqZiIo1NgezYcI=",
                "recipient": "https://example.com/webhook-url",
            },
        ),
    )
    for number, (channel, metric, person, data) in enumerate(rows):
        yield _webhook(channel, metric, 60 * number, {"identifiers": person, "journey_id": _JOURNEY, **data})


def _of_deliveries() -> Iterator[JsonObject]:
    for number, (channel, person, metrics) in enumerate(_DELIVERIES, 1):
        for step, metric in enumerate(metrics.split()):
            data: JsonObject = {
                "identifiers": _identifiers(person, number),
                "customer_id": person[0],
                "delivery_id": f"RPILAgUBcRhIBqSfei{number:08d}==",
                "action_id": 40 + number,
                **_sent_by(number),
                **_details(channel, metric, person),
            }
            yield _webhook(channel, metric, 3600 * number + 97 * step, data)


def _sent_by(number: int) -> JsonObject:
    """A campaign, a broadcast, a newsletter or a transactional message."""
    kinds: tuple[JsonObject, ...] = (
        {"campaign_id": 5, "journey_id": _JOURNEY, "trigger_event_id": "21E4C3CT6YDC7Y4N7FE1GWWABC"},
        {"broadcast_id": 9, "trigger_id": 1, "journey_id": _JOURNEY},
        {"newsletter_id": 10, "content_id": 3},
        {"transactional_message_id": 2},
    )
    return kinds[number % len(kinds)]


def _details(channel: str, metric: str, person: Person) -> JsonObject:
    """What a webhook of this channel and metric has besides."""
    details: JsonObject = {}
    if channel == "push":
        details["recipients"] = [_DEVICE]
    elif channel in _RECIPIENTS or person[1]:
        details["recipient"] = _RECIPIENTS.get(channel, person[1])
    if channel == "email":
        details["subject"] = "Thanks for signing up"
    if metric == "sent":
        details["content"] = f"Hello by {channel}"
    if metric == "clicked":
        details |= {"href": "https://www.example.com/docs", "link_id": 1}
    if metric in ("attempted", "bounced", "dropped", "failed", "undeliverable"):
        details["failure_message"] = "550 5.5.0 mailbox unavailable" if channel == "email" else "not reachable"
    if metric == "replied":
        details |= {"inbound_event_id": "01E4C4CT6YDC7Y5M7FE1GWWABC", "to": "15555550199"}
    return details


def _of_people() -> Iterator[JsonObject]:
    """What is about a person and not about a message; and a metric of the future."""
    person: JsonObject = {"customer_id": "lead-04", "email_address": "barbara.lead@example.com"}
    person["identifiers"] = _identifiers(("lead-04", "barbara.lead@example.com"), 90)
    topics: Json = '{"topics":{"topic_1":true}}'
    yield _webhook("customer", "subscribed", 90_000, person)
    yield _webhook("customer", "cio_subscription_preferences_changed", 91_000, {**person, "content": topics})
    yield _webhook("customer", "unsubscribed", 92_000, person)
    yield _webhook("carrier_pigeon", "landed", 93_000, {**person, "delivery_id": "RPILAgUBcRhIBqSfeiIwdIYJKxTY"})


_BAD: Final = (
    b'{"event_id": "01K7BAD", "object_type": "email", "metric": "sent"',
    b'{"event_id": "01K7BAD1", "object_type": "email", "metric": "sent", "timestamp": 1792400000}',
    b'{"event_id": "01K7BAD2", "object_type": "email", "metric": "sent", "timestamp": "yesterday", "data": {}}',
    b'["email", "sent"]',
)
