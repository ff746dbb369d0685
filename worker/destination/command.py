"""A command: one thing to do to one entity of the workspace, in the shape of Customer.io's Track v2 entity."""

from typing import Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from worker.destination.numbers import text_as_created_at
from worker.jsontypes import Json, JsonObject

EntityType: TypeAlias = Literal["person", "object", "delivery"]
"""What a command is about.

`delivery` is a sent message, which the Track API reaches at v1/metrics, not as an entity.
"""

CommandAction: TypeAlias = Literal[
    "identify",
    "identify_anonymous",
    "event",
    "page",
    "screen",
    "viewed_content",
    "clicked_content",
    "merge",
    "delete",
    "suppress",
    "unsuppress",
    "add_device",
    "delete_device",
    "delete_relationships",
    "report",
]
"""What to do to it."""


class Command(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):  # JSON refers to none: no cycles
    """One thing to do to one entity. A field that is UNSET does not exist in its JSON form.

    `type` and `action` are those of Customer.io's Track v2 API, e.g. person/identify, person/event,
    object/identify_anonymous, person/merge; delivery/report is a delivery metric. `identifiers` holds exactly one of
    id, email, cio_id, anonymous_id, or object_type_id with object_id. `timestamp` is unix seconds, or what the event
    gave where that is no time (Customer.io then takes the time of arrival). `device` is {token, platform?,
    last_used?, attributes?}; each of `cio_relationships` is {identifiers, relationship_attributes?}. The values are
    shared with the event they were made from: nothing may change them.
    """

    type: EntityType
    action: CommandAction
    identifiers: dict[str, str] | UnsetType = UNSET
    attributes: JsonObject | UnsetType = UNSET
    timestamp: int | float | str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    device: JsonObject | UnsetType = UNSET
    cio_relationships: list[JsonObject] | UnsetType = UNSET
    created_at: Json | UnsetType = UNSET
    primary: dict[str, str] | UnsetType = UNSET
    secondary: dict[str, str] | UnsetType = UNSET
    delivery_id: str | UnsetType = UNSET
    metric: str | UnsetType = UNSET
    recipient: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    href: str | UnsetType = UNSET
    metadata: JsonObject | UnsetType = UNSET


def request_body(command: Command) -> JsonObject:
    """The command as the body of a request to the Track API: an entity, or for a delivery what v1/metrics takes."""
    body = cast("JsonObject", msgspec.to_builtins(command))
    if command.type == "delivery":
        del body["type"], body["action"]
    return body


def object_attributes(command: Command) -> JsonObject:
    """The attributes an object command sets.

    Its `created_at` is one of them (docs/workspace.md), as a number where it is one in text; the `anonymous_id` that
    Segment writes beside them is not.
    """
    attributes: JsonObject = {} if command.attributes is UNSET else dict(command.attributes)
    attributes.pop("anonymous_id", None)
    created_at = command.created_at
    if created_at is not UNSET:
        number = text_as_created_at(created_at) if isinstance(created_at, str) else None
        attributes["created_at"] = created_at if number is None else number
    return attributes
