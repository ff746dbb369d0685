"""Webhooks as track events."""

from datetime import datetime
from typing import Any

import msgspec
import orjson
import pytest

from tests.metrics.payloads import load, make_body, make_webhook, synthetic_webhooks
from worker.jsontypes import JsonObject
from worker.metrics.effects import Skip, SkipReason, Warn, WarningKind
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, NotMapped, TrackMapper, iso_time, message_id
from worker.metrics.webhook import Webhook, decode_webhook, read_webhook
from worker.reasons import Reason
from worker.workspace.effects import DeadLetter


def mapped(webhook: Webhook, settings: MetricsSettings | None = None) -> Mapped:
    result = TrackMapper(settings or MetricsSettings()).map(webhook)
    assert isinstance(result, Mapped)
    return result


def properties_of(webhook: Webhook, settings: MetricsSettings | None = None) -> JsonObject:
    properties = mapped(webhook, settings).event["properties"]
    assert isinstance(properties, dict)
    return properties


@pytest.mark.parametrize("row", load("golden.json"), ids=lambda row: row["name"])
def test_golden(row: dict[str, Any]) -> None:
    settings = msgspec.convert(row.get("settings", {}), MetricsSettings)
    event = mapped(decode_webhook(orjson.dumps(row["webhook"])), settings).event
    assert orjson.loads(orjson.dumps(event)) == row["track"]


def published() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    events = {event["event"]: event for event in load("published_track_events.json")}
    return [(row["webhook"], events[row["event"]]) for row in load("published_webhooks.json")]


@pytest.mark.parametrize(("body", "shown"), published(), ids=lambda value: value.get("event"))
def test_the_published_payloads(body: JsonObject, shown: dict[str, Any]) -> None:
    webhook = read_webhook(body)
    event = mapped(webhook, MetricsSettings(body_content=True)).event
    for field in ("type", "event", "userId", "context", "integrations"):
        assert event[field] == shown[field]
    assert "anonymousId" not in event
    assert datetime.fromisoformat(str(event["timestamp"])) == datetime.fromisoformat(shown["originalTimestamp"])
    # The page gives properties.userId and properties.anonymousId in ways that contradict each other.
    ours, theirs = dict(properties_of(webhook, MetricsSettings(body_content=True))), dict(shown["properties"])
    assert ours.pop("userId") == shown["userId"]
    theirs.pop("userId")
    theirs.pop("anonymousId", None)
    assert ours == theirs


@pytest.mark.parametrize(
    ("name", "event"), [("customer_subscribed", "Subscribed"), ("email_sent", "Email Sent"), ("sms_sent", "SMS Sent")]
)
def test_the_official_examples(name: str, event: str) -> None:
    body = load("official_examples.json")[name]
    found = mapped(read_webhook(body)).event
    assert (found["type"], found["event"], found["userId"]) == ("track", event, "42")
    assert found["messageId"] == "cio-webhook-01E4C4CT6YDC7Y5M7FE1GWWPQJ"
    assert found["timestamp"] == "2021-02-11T17:04:49.000Z"
    properties = found["properties"]
    assert isinstance(properties, dict)
    for field in ("action_id", "broadcast_id", "delivery_id", "recipient"):
        assert properties.get(field) == body["data"].get(field)


def test_the_first_published_payload_to_the_letter() -> None:
    body, shown = published()[0]
    assert properties_of(read_webhook(body)) == shown["properties"]


SYNTHETIC = synthetic_webhooks()


def test_there_are_227_synthetic_webhooks() -> None:
    assert len(SYNTHETIC) == 227


@pytest.mark.parametrize("body_content", [True, False])
def test_every_published_schema_maps_without_a_warning_and_without_loss(body_content: bool) -> None:
    settings = MetricsSettings(body_content=body_content)
    for name, body in SYNTHETIC:
        result = mapped(decode_webhook(orjson.dumps(body)), settings)
        event, properties = result.event, result.event["properties"]
        data = body["data"]
        assert isinstance(data, dict)
        assert isinstance(properties, dict)
        assert result.warnings == (), name
        assert event["userId"] == "42"
        assert event["timestamp"] == "2021-02-11T17:04:49.000Z"
        other = {"identifiers", "customer_id", "href", "link_id", "content"} | (set() if body_content else {"headers"})
        copied = {key: data[key] for key in data if key not in other}
        added = {key: properties[key] for key in properties if key not in copied}
        assert copied.items() <= properties.items(), name
        assert added.pop("userId") == "42"
        assert added.pop("link", None) == ({"id": 1, "url": "https://docs.customer.io"} if "href" in data else None)
        sent = body["metric"] == "sent"
        assert added.pop("content", None) == (data.get("content") if sent and body_content else None), name
        assert added.pop("cio_subscription_preferences", None) == (
            data["content"] if body["object_type"] == "customer" and "content" in data else None
        )
        assert added == {}, name


@pytest.mark.parametrize(
    ("data", "link"),
    [
        ({"href": "u", "link_id": 1}, {"id": 1, "url": "u"}),
        ({"href": "u"}, {"url": "u"}),
        ({"link_id": 0}, {"id": 0}),
        ({"href": None, "link_id": None}, None),
    ],
)
def test_links(data: JsonObject, link: JsonObject | None) -> None:
    properties = properties_of(make_webhook("email", "clicked", **data))
    assert properties.get("link") == link
    assert properties.keys().isdisjoint(("href", "link_id"))


def test_a_new_field_never_overwrites_another() -> None:
    body = make_body(userId="mine", link="a", href="u") | {"userId": "theirs", "subject": "of the envelope"}
    result = mapped(read_webhook(body))
    assert isinstance(result.event["properties"], dict)
    assert (
        result.event["properties"].items()
        >= {
            "userId": "ana-7",
            "webhook_userId": "mine",
            "webhook_webhook_userId": "theirs",
            "webhook_link": "a",
            "subject": "of the envelope",
        }.items()
    )
    assert {warning.kind for warning in result.warnings} == {WarningKind.UNKNOWN_FIELD}
    assert len(result.warnings) == 4


def test_a_new_identifier_is_kept_and_said() -> None:
    result = mapped(make_webhook(identifiers={"id": "ana-7", "phone": "+47"}))
    assert isinstance(result.event["properties"], dict)
    assert result.event["properties"]["identifiers"] == {"phone": "+47"}
    assert result.warnings == (Warn(WarningKind.UNKNOWN_FIELD, "identifiers"),)


def test_a_new_field_of_the_envelope_alone_is_kept_and_said() -> None:
    result = mapped(read_webhook(make_body() | {"workspace_id": 5}))
    assert isinstance(result.event["properties"], dict)
    assert result.event["properties"]["workspace_id"] == 5
    assert result.warnings == (Warn(WarningKind.UNKNOWN_FIELD, "workspace_id"),)


def test_a_webhook_without_identifiers_is_about_its_customer() -> None:
    assert mapped(make_webhook(identifiers=None, customer_id="ana-7")).event["userId"] == "ana-7"


@pytest.mark.parametrize(
    ("identifiers", "warnings"),
    [
        ({"cio_id": "d9"}, (Warn(WarningKind.NO_ID_OR_EMAIL, "cio_d9"),)),
        ({"email": "ana@example.com"}, ()),
    ],
)
def test_whom_only_the_cio_id_names_is_said(identifiers: JsonObject, warnings: tuple[Warn, ...]) -> None:
    assert mapped(make_webhook(identifiers=identifiers)).warnings == warnings


def test_the_webhook_is_not_changed() -> None:
    body = make_body("email", "clicked", href="u", link_id=1, content="x", new=1)
    before = orjson.dumps(body)
    mapped(read_webhook(body), MetricsSettings(version=1))
    assert orjson.dumps(body) == before


def test_an_unknown_event_is_mapped_and_said() -> None:
    result = mapped(make_webhook("email", "teleported"))
    assert [(warning.kind, warning.detail) for warning in result.warnings] == [
        (WarningKind.UNKNOWN_EVENT, "email teleported")
    ]


@pytest.mark.parametrize(
    ("settings", "pair", "reason"),
    [
        (MetricsSettings(events=frozenset({"email_sent"})), ("email", "opened"), SkipReason.NOT_ENABLED),
        (MetricsSettings(events=frozenset()), ("sms", "sent"), SkipReason.NOT_ENABLED),
        (MetricsSettings(version=1), ("sms", "sent"), SkipReason.NOT_IN_VERSION_1),
        (MetricsSettings(version=1), ("customer", "subscribed"), SkipReason.NOT_IN_VERSION_1),
    ],
)
def test_skipped(settings: MetricsSettings, pair: tuple[str, str], reason: SkipReason) -> None:
    assert TrackMapper(settings).map(make_webhook(*pair)) == NotMapped(Skip(reason))


@pytest.mark.parametrize(
    ("settings", "pair", "identifiers", "why"),
    [
        (MetricsSettings(events=frozenset({"email_sent"})), ("email", "teleported"), {"id": "u1"}, "not_enabled"),
        (MetricsSettings(version=1), ("fax", "sent"), {"id": "u1"}, "not_in_version_1"),
        (MetricsSettings(), ("email", "teleported"), {}, "no_identifier"),
    ],
)
def test_an_unknown_event_that_is_not_sent_is_said_too(
    settings: MetricsSettings, pair: tuple[str, str], identifiers: JsonObject, why: str
) -> None:
    result = TrackMapper(settings).map(make_webhook(*pair, identifiers=identifiers))
    assert isinstance(result, NotMapped)
    assert result.why.reason.value == why
    assert result.warnings == (Warn(WarningKind.UNKNOWN_EVENT, " ".join(pair)),)


@pytest.mark.parametrize("identifiers", [None, {}, {"id": None, "email": None}, {"id": "", "email": "", "cio_id": ""}])
def test_a_webhook_about_nobody_is_a_dead_letter(identifiers: JsonObject | None) -> None:
    result = TrackMapper(MetricsSettings()).map(make_webhook(identifiers=identifiers))
    assert isinstance(result, NotMapped)
    assert isinstance(result.why, DeadLetter)
    assert result.why.reason is Reason.NO_IDENTIFIER


def test_the_message_id_tells_events_apart_and_is_short() -> None:
    ids = ["01E4C4CT6YDC7Y5M7FE1GWWPQJ", "x" * 64, "x" * 65, "x" * 256, "é", "sha256-" + "0" * 64, "x\0", "x\0y", "x\n"]
    made = [message_id(event_id) for event_id in ids]
    assert made[:2] == ["cio-webhook-01E4C4CT6YDC7Y5M7FE1GWWPQJ", "cio-webhook-" + "x" * 64]
    assert len(set(made)) == len(ids)
    assert all(len(text) < 100 and text.isascii() and text.startswith("cio-webhook-") for text in made)
    assert all(map(str.isprintable, made))  # the relay's ledger could not tell those with NUL characters apart


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1623848646, "2021-06-16T13:04:06.000Z"),
        (1623848646.0, "2021-06-16T13:04:06.000Z"),
        (1623848646.0625, "2021-06-16T13:04:06.062Z"),
        (253402300799, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_times(timestamp: float, text: str) -> None:
    assert iso_time(timestamp) == text
