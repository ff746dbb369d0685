"""A track event's properties, as the published examples have them (customerio_semantics.md 2.2)."""

from typing import Final

from worker.jsontypes import Json, JsonObject
from worker.metrics.effects import Warn, WarningKind
from worker.metrics.webhook import PREFERENCES_CHANGED, Webhook

SENT: Final = "sent"

_REMOVED_IN_VERSION_2: Final = frozenset(
    {"email_id", "action_name", "campaign_name", "newsletter_name", "transactional_message_name"}
)
"""What version 2 no longer includes (segment_source.txt, "Differences between versions 1.0 and 2.0")."""

_CHANGED: Final = frozenset({"identifiers", "customer_id", "content", "href", "link_id"})
"""Published fields that have another form in the properties: userId, anonymousId, content, link."""

_COPIED: Final = frozenset(
    {
        "action_id",
        "broadcast_id",
        "campaign_id",
        "content_id",
        "delivery_id",
        "email_address",
        "failure_message",
        "headers",
        "inbound_event_id",
        "journey_id",
        "machine",
        "newsletter_id",
        "parent_action_id",
        "prefetched",
        "proxied",
        "recipient",
        "recipients",
        "subject",
        "synthetic",
        "to",
        "tracked_response",
        "transactional_message_id",
        "trigger_event_id",
        "trigger_id",
    }
)
"""Published fields that keep their names: where the examples have them they are unchanged."""

_PUBLISHED: Final = _COPIED | _CHANGED
_IDENTIFIERS: Final = frozenset({"id", "email", "cio_id"})

_CHANNELS_WITH_CONTENT: Final = frozenset({"email", "sms", "whatsapp"})
"""Channels whose events all have `content`, null where there is none: in the examples email and SMS have it; push,
Slack and webhook do not."""


def split_fields(webhook: Webhook) -> tuple[JsonObject, JsonObject]:
    """A copy of the published fields of a webhook's data, and what no schema has: in data, identifiers or envelope."""
    data, extra = webhook.data, webhook.extra
    identifiers = data.get("identifiers")
    all_published = _PUBLISHED.issuperset(data)
    if all_published and not extra and (not isinstance(identifiers, dict) or _IDENTIFIERS.issuperset(identifiers)):
        return data.copy(), {}
    published = {key: value for key, value in data.items() if key in _PUBLISHED}
    unknown = {k: v for k, v in data.items() if k not in _PUBLISHED and k not in _REMOVED_IN_VERSION_2}
    if isinstance(identifiers, dict) and not _IDENTIFIERS.issuperset(identifiers):
        unknown["identifiers"] = {key: value for key, value in identifiers.items() if key not in _IDENTIFIERS}
    for key, value in extra.items():
        _add_apart(unknown, key, value)
    return published, unknown


def make_properties(fields: JsonObject, webhook: Webhook, channel: str, *, body_content: bool) -> JsonObject:
    """The version 2 properties but for userId and anonymousId, made of `fields`, the copied published fields.

    `channel` is the table's object_type: `customer` for a change of a person's subscription.
    """
    take = fields.pop
    take("identifiers", None)
    take("customer_id", None)
    content, href, link_id = take("content", None), take("href", None), take("link_id", None)
    if link_id is not None or href is not None:
        link = {"id": link_id, "url": href}
        fields["link"] = {key: value for key, value in link.items() if value is not None}
    if channel == "customer":
        _add_subscription(fields, webhook, content)
    elif content is not None and body_content and webhook.metric == SENT:
        fields["content"] = content
    elif channel in _CHANNELS_WITH_CONTENT:
        fields["content"] = None
    if not body_content:
        take("headers", None)  # an email's, which only come with its body (customerio_semantics.md 1.4)
    return fields


def _add_subscription(properties: JsonObject, webhook: Webhook, content: Json) -> None:
    """Add the channel that caused a change, and the new preferences.

    The webhook has these as `content`, which in track events is a message's body and only in Sent events.
    """
    if webhook.object_type != "customer":
        properties["object_type"] = webhook.object_type
    if webhook.metric == PREFERENCES_CHANGED and content is not None:
        properties["cio_subscription_preferences"] = content


def add_unknown(properties: JsonObject, unknown: JsonObject) -> list[Warn]:
    """Put `unknown` fields into `properties`, nothing overwritten, and warn of each."""
    for key, value in unknown.items():
        _add_apart(properties, key, value)
    return [Warn(WarningKind.UNKNOWN_FIELD, key) for key in unknown]


def _add_apart(fields: JsonObject, key: str, value: Json) -> None:
    """Put `value` at `key`, or where that is taken at the key with `webhook_` before it."""
    while key in fields:
        key = f"webhook_{key}"
    fields[key] = value
