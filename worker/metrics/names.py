"""The names of message metrics: which track event a reporting webhook becomes (customerio_semantics.md 2.3)."""

from enum import StrEnum
from typing import Final, NamedTuple

from worker.metrics.webhook import PREFERENCES_CHANGED, Webhook


class Evidence(StrEnum):
    """Where an event's name is published; the strongest place counts."""

    SOURCE = "source"
    """Documentation of the Segment source itself, Customer.io's or Segment's."""
    JOURNEYS = "journeys"
    """Customer.io's list of the same metrics that it sends as track events from Journeys."""
    OLD_JOURNEYS = "old_journeys"
    """An older edition of that list."""
    NONE = "none"
    """Nowhere: the regular name, the channel and the metric."""


class MetricName(NamedTuple):
    """A row of the table: `object_type` and `metric` of the webhook, `event` of the track event."""

    object_type: str
    metric: str
    event: str
    evidence: Evidence

    @property
    def subscription(self) -> str:
        """The name that selects it, as in Customer.io's list of webhook events: `email_opened`."""
        return f"{self.object_type}_{self.metric.removeprefix('cio_')}"


_SOURCE, _JOURNEYS, _OLD, _NONE = Evidence.SOURCE, Evidence.JOURNEYS, Evidence.OLD_JOURNEYS, Evidence.NONE

TABLE: Final[tuple[MetricName, ...]] = tuple(
    MetricName(*row)
    for row in (
        ("customer", "subscribed", "Subscribed", _JOURNEYS),
        ("customer", "unsubscribed", "Unsubscribed", _JOURNEYS),
        ("customer", PREFERENCES_CHANGED, "Subscription Preferences Changed", _JOURNEYS),
        ("email", "drafted", "Email Drafted", _JOURNEYS),
        ("email", "attempted", "Email Attempted", _JOURNEYS),
        ("email", "sent", "Email Sent", _SOURCE),
        ("email", "delivered", "Email Delivered", _SOURCE),
        ("email", "opened", "Email Opened", _SOURCE),
        ("email", "clicked", "Email Link Clicked", _SOURCE),
        ("email", "converted", "Email Converted", _JOURNEYS),
        ("email", "unsubscribed", "Email Unsubscribed", _SOURCE),
        ("email", "bounced", "Email Bounced", _SOURCE),
        ("email", "dropped", "Email Suppressed", _JOURNEYS),
        ("email", "spammed", "Email Marked as Spam", _SOURCE),
        ("email", "failed", "Email Failed", _JOURNEYS),
        ("email", "deferred", "Email Deferred", _OLD),
        ("email", "undeliverable", "Email Undeliverable", _NONE),
        ("push", "drafted", "Push Drafted", _JOURNEYS),
        ("push", "attempted", "Push Attempted", _JOURNEYS),
        ("push", "sent", "Push Sent", _SOURCE),
        ("push", "delivered", "Push Delivered", _JOURNEYS),
        ("push", "opened", "Push Opened", _JOURNEYS),
        ("push", "clicked", "Push Link Clicked", _JOURNEYS),
        ("push", "converted", "Push Converted", _JOURNEYS),
        ("push", "bounced", "Push Bounced", _JOURNEYS),
        ("push", "dropped", "Push Suppressed", _JOURNEYS),
        ("push", "failed", "Push Failed", _JOURNEYS),
        ("push", "undeliverable", "Push Undeliverable", _NONE),
        ("in_app", "drafted", "In-App Drafted", _JOURNEYS),
        ("in_app", "attempted", "In-App Attempted", _JOURNEYS),
        ("in_app", "sent", "In-App Sent", _JOURNEYS),
        ("in_app", "opened", "In-App Opened", _JOURNEYS),
        ("in_app", "clicked", "In-App Clicked", _JOURNEYS),
        ("in_app", "converted", "In-App Converted", _JOURNEYS),
        ("in_app", "failed", "In-App Failed", _JOURNEYS),
        ("in_app", "undeliverable", "In-App Undeliverable", _NONE),
        ("sms", "drafted", "SMS Drafted", _JOURNEYS),
        ("sms", "attempted", "SMS Attempted", _JOURNEYS),
        ("sms", "sent", "SMS Sent", _SOURCE),
        ("sms", "delivered", "SMS Delivered", _JOURNEYS),
        ("sms", "clicked", "SMS Link Clicked", _SOURCE),
        ("sms", "converted", "SMS Converted", _JOURNEYS),
        ("sms", "bounced", "SMS Bounced", _JOURNEYS),
        ("sms", "dropped", "SMS Dropped", _NONE),
        ("sms", "failed", "SMS Failed", _JOURNEYS),
        ("sms", "undeliverable", "SMS Undeliverable", _NONE),
        ("sms", "replied", "SMS Replied", _NONE),
        ("whatsapp", "drafted", "WhatsApp Drafted", _NONE),
        ("whatsapp", "attempted", "WhatsApp Attempted", _NONE),
        ("whatsapp", "sent", "WhatsApp Sent", _NONE),
        ("whatsapp", "delivered", "WhatsApp Delivered", _NONE),
        ("whatsapp", "opened", "WhatsApp Opened", _NONE),
        ("whatsapp", "clicked", "WhatsApp Clicked", _NONE),
        ("whatsapp", "converted", "WhatsApp Converted", _NONE),
        ("whatsapp", "bounced", "WhatsApp Bounced", _NONE),
        ("whatsapp", "dropped", "WhatsApp Dropped", _NONE),
        ("whatsapp", "failed", "WhatsApp Failed", _NONE),
        ("whatsapp", "undeliverable", "WhatsApp Undeliverable", _NONE),
        ("whatsapp", "replied", "WhatsApp Replied", _NONE),
        ("slack", "drafted", "Slack Drafted", _JOURNEYS),
        ("slack", "attempted", "Slack Attempted", _JOURNEYS),
        ("slack", "sent", "Slack Sent", _SOURCE),
        ("slack", "clicked", "Slack Link Clicked", _JOURNEYS),
        ("slack", "converted", "Slack Converted", _NONE),
        ("slack", "failed", "Slack Failed", _JOURNEYS),
        ("slack", "undeliverable", "Slack Undeliverable", _NONE),
        ("webhook", "drafted", "Webhook Drafted", _JOURNEYS),
        ("webhook", "attempted", "Webhook Attempted", _JOURNEYS),
        ("webhook", "sent", "Webhook Sent", _SOURCE),
        ("webhook", "clicked", "Webhook Link Clicked", _JOURNEYS),
        ("webhook", "converted", "Webhook Converted", _JOURNEYS),
        ("webhook", "failed", "Webhook Failed", _JOURNEYS),
        ("webhook", "undeliverable", "Webhook Undeliverable", _NONE),
    )
)
"""The 69 published pairs, and the four that only Customer.io's list of webhook events has: email deferred, sms dropped,
slack converted and webhook converted."""

CHANNELS: Final = {
    "customer": "Customer",
    "email": "Email",
    "push": "Push",
    "in_app": "In-App",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "slack": "Slack",
    "webhook": "Webhook",
}
"""The first word of an event's name, by object_type."""

PREFIXED_CUSTOMER_EVENTS: Final = {
    "customer_subscribed": "Customer Subscribed",
    "customer_unsubscribed": "Customer Unsubscribed",
}
"""The other published names of two events; the sources conflict, so that a setting chooses."""

_CUSTOMER_METRICS: Final = frozenset({"subscribed", "unsubscribed"})
_MESSAGE_FIELDS: Final = frozenset({"delivery_id", "recipient", "subject"})


def regular_name(object_type: str, metric: str) -> str:
    """The name of a pair that no source names: `email`, `undeliverable` → `Email Undeliverable`."""
    return f"{CHANNELS.get(object_type) or _title(object_type)} {_title(metric)}"


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split("_") if word) or name


def pair_of(webhook: Webhook) -> tuple[str, str]:
    """The table's (object_type, metric) of a webhook.

    A change of a person's subscription carries the channel that caused it as object_type, or `customer`
    (customerio_semantics.md 1.2). It is told from a message's event by its data: no delivery, recipient or subject; and
    in the email channel, where messages are unsubscribed from too, an email_address.
    """
    metric = webhook.metric
    if metric == PREFERENCES_CHANGED:
        return "customer", metric
    object_type = webhook.object_type
    if (
        metric in _CUSTOMER_METRICS
        and _MESSAGE_FIELDS.isdisjoint(webhook.data)
        and (object_type != "email" or metric == "subscribed" or "email_address" in webhook.data)
    ):
        return "customer", metric
    return object_type, metric
