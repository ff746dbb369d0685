"""Track Event, Track Page View and Track Screen View: what somebody did."""

from typing import Literal

from msgspec import UNSET

from worker.destination.actions import identity
from worker.destination.actions.definition import (
    ANONYMOUS_ID,
    CONVERT_TIMESTAMP,
    DATA,
    EVENT_ID,
    TIMESTAMP,
    Action,
    Build,
    fields,
    path,
    string,
)
from worker.destination.actions.values import converted, timestamp, with_anonymous_id
from worker.destination.command import Command
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject

RESERVED_NAMES = (
    "Application Installed",
    "Application Opened",
    "Application Uninstalled",
    "Device Created or Updated",
    "Device Deleted",
    "Relationship Deleted",
    "User Deleted",
    "User Suppressed",
    "User Unsuppressed",
    "Object Deleted",
    "Report Delivery Event",
    "Report Content Event",
)
"""The event names that have an action of their own, in the order of Segment's trigger."""

PERSON_ID = string("id", "Person ID", path("userId"))


def _build(action: Literal["event", "page", "screen"], name_field: str) -> Build:
    def build(fields: JsonObject, settings: ActionSettings, time: float) -> list[Command]:
        anonymous_id = fields.get("anonymous_id")
        identifiers = identity.person(settings, fields.get("id"), anonymous_id=anonymous_id)
        data = fields.get("data")
        return [
            Command(
                type="person",
                action=action,
                identifiers=identifiers,
                name=str(fields[name_field]),
                id=str(fields["event_id"]) if "event_id" in fields else UNSET,
                attributes=with_anonymous_id(
                    converted(data, fields) if isinstance(data, dict) else UNSET, anonymous_id, identifiers, data
                ),
                timestamp=timestamp(fields),
            )
        ]

    return build


TRACK_EVENT = Action(
    key="trackEvent",
    title="Track Event",
    trigger='type = "track"' + "".join(f' and event != "{name}"' for name in RESERVED_NAMES),
    fields=fields(
        PERSON_ID,
        ANONYMOUS_ID,
        string("name", "Event Name", path("event"), required=True),
        EVENT_ID,
        TIMESTAMP,
        DATA,
        CONVERT_TIMESTAMP,
    ),
    build=_build("event", "name"),
)

TRACK_PAGE_VIEW = Action(
    key="trackPageView",
    title="Track Page View",
    trigger='type = "page"',
    fields=fields(
        PERSON_ID,
        ANONYMOUS_ID,
        EVENT_ID,
        string("url", "Page URL", path("properties.url"), required=True),
        TIMESTAMP,
        DATA,
        CONVERT_TIMESTAMP,
    ),
    build=_build("page", "url"),
)

TRACK_SCREEN_VIEW = Action(
    key="trackScreenView",
    title="Track Screen View",
    trigger='type = "screen"',
    fields=fields(
        PERSON_ID,
        ANONYMOUS_ID,
        EVENT_ID,
        string("name", "Screen name", path("name"), required=True),
        TIMESTAMP,
        DATA,
        CONVERT_TIMESTAMP,
    ),
    build=_build("screen", "name"),
)
