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


def _build(action: Literal["event", "page", "screen"]) -> Build:
    def build(
        settings: ActionSettings,
        time: float,
        person_id: str | None,
        anonymous_id: str | None,
        name: str,
        event_id: str | None,
        when: str | int | None,
        data: JsonObject | None,
        convert_timestamp: bool | None,
    ) -> list[Command]:
        identifiers = identity.person(settings, person_id, anonymous_id)
        attributes = UNSET if data is None else converted(data, convert_timestamp)
        return [
            Command(
                type="person",
                action=action,
                identifiers=identifiers,
                attributes=with_anonymous_id(attributes, anonymous_id, identifiers, data),
                timestamp=timestamp(when),
                name=name,
                id=UNSET if event_id is None else event_id,
            )
        ]

    return build


def _takes(name: str) -> tuple[str, ...]:
    """The fields as `build` takes them; `name` is the field that names the event."""
    return ("id", "anonymous_id", name, "event_id", "timestamp", "data", "convert_timestamp")


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
    build=_build("event"),
    takes=_takes("name"),
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
    build=_build("page"),
    takes=_takes("url"),
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
    build=_build("screen"),
    takes=_takes("name"),
)
