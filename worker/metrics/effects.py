"""What a decision about a reporting webhook returns."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from worker.jsontypes import JsonObject
from worker.workspace.effects import DeadLetter, Delete, Put


class SkipReason(StrEnum):
    """Why a webhook becomes no track event, rightly."""

    NOT_ENABLED = "not_enabled"
    """The settings do not select this event."""
    NOT_IN_VERSION_1 = "not_in_version_1"
    """Version 1 sends email events only."""
    DUPLICATE = "duplicate"
    """The same event_id was handled before: Customer.io delivers at least once."""
    NOT_FIRST = "not_first"
    """Send Frequency is `first`, and this is another instance of an event of the same delivery and person."""


class WarningKind(StrEnum):
    """What was unexpected about a webhook that was handled all the same."""

    UNKNOWN_EVENT = "unknown_event"
    """No published pair of object_type and metric; the event has the regular name."""
    UNKNOWN_FIELD = "unknown_field"
    """A field that is not published; it goes into the properties unchanged."""
    NO_ID_OR_EMAIL = "no_id_or_email"
    """The person has neither; the anonymousId is `cio_` and the cio_id."""
    CONTENT_LEFT_OUT = "content_left_out"
    """With its body the event would be larger than Segment accepts; it goes without."""


class PublishMetric(Struct, frozen=True):
    """Publish a track event on segment.message-metrics under `key`, which keeps one person's events in order."""

    key: str
    event: JsonObject


class Skip(Struct, frozen=True):
    """The webhook becomes no track event."""

    reason: SkipReason


class Warn(Struct, frozen=True):
    """Something to count; `detail` says what, for a log line."""

    kind: WarningKind
    detail: str


MetricEffect: TypeAlias = Put | Delete | PublishMetric | DeadLetter | Skip | Warn
