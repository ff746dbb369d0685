"""The table of event names."""

from collections import Counter

import pytest

from tests.metrics.payloads import load, make_webhook
from worker.jsontypes import JsonObject
from worker.metrics.names import CHANNELS, TABLE, Evidence, pair_of, regular_name
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper

UNSCHEMED = {("email", "deferred"), ("sms", "dropped"), ("slack", "converted"), ("webhook", "converted")}


def published_pairs() -> set[tuple[str, str]]:
    pairs = set()
    for row in load("catalog.json.gz"):
        object_type = "customer" if "customer" in row["object_type"] else row["object_type"][0]
        # The document gives push_drafted the metric of push_attempted.
        metric = "drafted" if row["schema"] == "push_drafted" else row["metric"][0]
        pairs.add((object_type, metric))
    return pairs


def test_the_table_has_every_published_pair_and_four_more() -> None:
    pairs = [(row.object_type, row.metric) for row in TABLE]
    assert len(published_pairs()) == 69
    assert set(pairs) == published_pairs() | UNSCHEMED
    assert max(Counter(pairs).values()) == 1


def test_names_are_unique() -> None:
    assert max(Counter(row.event for row in TABLE).values()) == 1
    assert max(Counter(row.subscription for row in TABLE).values()) == 1


def test_what_no_source_names_has_the_regular_name() -> None:
    unnamed = [row for row in TABLE if row.evidence is Evidence.NONE]
    assert {row.object_type for row in unnamed} == set(CHANNELS) - {"customer"}
    assert [row.event for row in unnamed] == [regular_name(row.object_type, row.metric) for row in unnamed]


@pytest.mark.parametrize(
    ("object_type", "metric", "event"),
    [
        ("email", "sent", "Email Sent"),
        ("email", "opened", "Email Opened"),
        ("email", "clicked", "Email Link Clicked"),
        ("email", "dropped", "Email Suppressed"),
        ("email", "spammed", "Email Marked as Spam"),
        ("email", "deferred", "Email Deferred"),
        ("email", "undeliverable", "Email Undeliverable"),
        ("push", "sent", "Push Sent"),
        ("push", "clicked", "Push Link Clicked"),
        ("push", "dropped", "Push Suppressed"),
        ("in_app", "clicked", "In-App Clicked"),
        ("in_app", "converted", "In-App Converted"),
        ("sms", "sent", "SMS Sent"),
        ("sms", "clicked", "SMS Link Clicked"),
        ("sms", "replied", "SMS Replied"),
        ("whatsapp", "sent", "WhatsApp Sent"),
        ("slack", "sent", "Slack Sent"),
        ("webhook", "sent", "Webhook Sent"),
        ("webhook", "converted", "Webhook Converted"),
        ("customer", "subscribed", "Subscribed"),
        ("customer", "cio_subscription_preferences_changed", "Subscription Preferences Changed"),
        ("email", "brand_new", "Email Brand New"),
        ("carrier_pigeon", "sent", "Carrier Pigeon Sent"),
        ("___", "x", "___ X"),
    ],
)
def test_the_event_has_the_tables_or_the_regular_name(object_type: str, metric: str, event: str) -> None:
    mapped = TrackMapper(MetricsSettings()).map(make_webhook(object_type, metric))
    assert isinstance(mapped, Mapped)
    assert mapped.event["event"] == event


CUSTOMER = {"email_address": "ana@example.com"}
MESSAGE = {"delivery_id": "R", "recipient": "ana@example.com", "subject": "Hi"}


@pytest.mark.parametrize(
    ("object_type", "metric", "data", "customer"),
    [
        ("customer", "unsubscribed", CUSTOMER, True),
        ("customer", "unsubscribed", {}, True),
        ("email", "unsubscribed", CUSTOMER, True),
        ("email", "unsubscribed", MESSAGE, False),
        ("email", "unsubscribed", CUSTOMER | MESSAGE, False),
        ("email", "unsubscribed", CUSTOMER | {"recipient": "ana@example.com"}, False),
        ("email", "unsubscribed", {}, False),
        ("sms", "unsubscribed", CUSTOMER, True),
        ("sms", "unsubscribed", {}, True),
        ("sms", "unsubscribed", MESSAGE, False),
        ("email", "subscribed", CUSTOMER, True),
        ("email", "subscribed", {}, True),
        ("push", "cio_subscription_preferences_changed", MESSAGE | CUSTOMER, True),
        ("email", "opened", CUSTOMER, False),
    ],
)
def test_a_subscriptions_change_is_told_from_a_messages_event(
    object_type: str, metric: str, data: JsonObject, customer: bool
) -> None:
    webhook = make_webhook(object_type, metric)
    webhook.data.clear()
    webhook.data.update(data)
    assert pair_of(webhook) == ("customer" if customer else object_type, metric)
