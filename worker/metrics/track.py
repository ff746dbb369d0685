"""A reporting webhook as the track event that goes to Segment (segment_source.txt, customerio_semantics.md 2)."""

from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final

import orjson
from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.metrics.effects import Skip, SkipReason, Warn, WarningKind
from worker.metrics.names import TABLE, pair_of, regular_name
from worker.metrics.person import Person
from worker.metrics.properties import add_unknown, make_properties, split_fields
from worker.metrics.settings import MetricsSettings
from worker.metrics.version1 import VERSION_1, to_version_1
from worker.metrics.webhook import Webhook
from worker.reasons import Reason
from worker.workspace.effects import DeadLetter

VERSION_2: Final = "2.0.0"

MAX_EVENT_BYTES: Final = 32_000
"""Largest track event with a body, in bytes. Segment takes 32 KB (customerio_semantics.md 8.4); the rest is margin."""

MESSAGE_ID_PREFIX: Final = "cio-webhook-"
"""Segment tells repeats by messageId among all its users' events (customerio_semantics.md 9): it must be ours alone."""

LONGEST_PLAIN_ID: Final = 64
"""Longer event_ids, in characters, are hashed: Segment wants messageIds of fewer than 100 characters. So are those
with other characters than printable ASCII: a NUL character would end them in the relay's ledger."""


class Mapped(Struct, frozen=True):
    """A track event as it goes to Segment (sentAt is the sender's), and what was odd about its webhook."""

    event: JsonObject
    warnings: tuple[Warn, ...]


class NotMapped(Struct, frozen=True):
    """Why there is no track event for a webhook, and what was odd about it."""

    why: Skip | DeadLetter
    warnings: tuple[Warn, ...] = ()


class TrackMapper:
    """Maps webhooks by some settings, which are worked out once."""

    def __init__(self, settings: MetricsSettings) -> None:
        self.settings = settings
        self._names: dict[tuple[str, str], str | None] = {}
        for row in TABLE:
            name = settings.name_of(row.subscription, row.event) if settings.selects(row.subscription) else None
            self._names[row.object_type, row.metric] = name
        version = VERSION_1 if settings.version == 1 else VERSION_2
        self._integration: JsonObject = {"name": "customer.io", "version": version}
        self._library: JsonObject = {"name": "unknown", "version": "unknown"}
        # Segment's default is to send an event everywhere; the document only says what is sent when the setting is off.
        self._integrations: JsonObject = {"Customer.io": settings.loop_back}

    def map(self, webhook: Webhook) -> Mapped | NotMapped:
        """The track event of `webhook`. It shares parts with the webhook and with other events: do not change it."""
        settings = self.settings
        warnings: list[Warn] = []
        pair = pair_of(webhook)
        try:
            name = self._names[pair]
        except KeyError:
            name = regular_name(*pair) if settings.events is None else None
            warnings.append(Warn(WarningKind.UNKNOWN_EVENT, f"{pair[0]} {pair[1]}"))
        if name is None:
            return NotMapped(Skip(SkipReason.NOT_ENABLED), tuple(warnings))
        channel = pair[0]
        if settings.version == 1 and channel != "email":
            return NotMapped(Skip(SkipReason.NOT_IN_VERSION_1), tuple(warnings))
        user_id, anonymous_id = _segment_ids(webhook.person)
        if not user_id and not anonymous_id:
            nobody = DeadLetter(Reason.NO_IDENTIFIER, "the person has no id, no email and no cio_id")
            return NotMapped(nobody, tuple(warnings))
        if anonymous_id and not webhook.person.email:
            warnings.append(Warn(WarningKind.NO_ID_OR_EMAIL, anonymous_id))
        fields, unknown = split_fields(webhook)
        properties = make_properties(fields, webhook, channel, body_content=settings.body_content)
        if settings.version == 1:
            properties = to_version_1(properties, webhook.data)
        event = self._event(webhook, name, user_id, anonymous_id, properties)
        if unknown:
            warnings += add_unknown(properties, unknown)
        if _too_large(event, properties.get("content")):
            properties["content"] = None
            warnings.append(Warn(WarningKind.CONTENT_LEFT_OUT, webhook.event_id))
        return Mapped(event, tuple(warnings))

    def _event(
        self, webhook: Webhook, name: str, user_id: str, anonymous_id: str, properties: JsonObject
    ) -> JsonObject:
        properties["userId"] = user_id
        context: JsonObject = {"integration": self._integration, "library": self._library}
        if webhook.person.email:
            context["traits"] = {"email": webhook.person.email}
        event: JsonObject = {"type": "track", "event": name, "userId": user_id}
        if anonymous_id:
            event["anonymousId"] = properties["anonymousId"] = anonymous_id
        event["messageId"] = message_id(webhook.event_id)
        event["timestamp"] = iso_time(webhook.timestamp)
        event["context"] = context
        event["integrations"] = self._integrations
        event["properties"] = properties
        return event


def _segment_ids(person: Person) -> tuple[str, str]:
    """The userId and anonymousId: the id; else "" and the email; else "" and the cio_id, as it is written for an id."""
    if person.id:
        return person.id, ""
    if person.email:
        return "", person.email
    return "", f"cio_{person.cio_id}" if person.cio_id else ""


def _too_large(event: JsonObject, content: Json) -> bool:
    """Whether an event has a body and is too large with it: headers, recipients and new fields may be long as well."""
    if content is None:
        return False
    if isinstance(content, str) and len(content) > MAX_EVENT_BYTES:
        return True
    return len(orjson.dumps(event)) > MAX_EVENT_BYTES


def message_id(event_id: str) -> str:
    """The messageId of a webhook's track event: the same for the same event_id, and of fewer than 100 characters."""
    if len(event_id) <= LONGEST_PLAIN_ID and event_id.isascii() and event_id.isprintable():
        return MESSAGE_ID_PREFIX + event_id
    return f"{MESSAGE_ID_PREFIX}sha256-{sha256(event_id.encode()).hexdigest()}"


@lru_cache(maxsize=4096)
def iso_time(timestamp: int | float) -> str:
    """Unix seconds as ISO 8601 in UTC, to the millisecond. Remembered, as webhooks of a second come together."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
