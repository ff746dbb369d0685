"""Create or Update Object: a group call creates or updates an object and relates the person to it."""

from typing import Literal

from msgspec import UNSET, UnsetType

from worker.destination.actions import identity
from worker.destination.actions.definition import (
    ANONYMOUS_ID,
    CONVERT_TIMESTAMP,
    Action,
    fields,
    first_of,
    object_,
    ours,
    path,
    string,
)
from worker.destination.actions.values import converted, converted_value, with_anonymous_id
from worker.destination.command import Command
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject

NO_ATTRIBUTES = frozenset({"object_type_id", "objectTypeId", "relationshipAttributes"})
"""Keys of the object attributes that have a field of their own."""

NO_FLAT_ATTRIBUTES = NO_ATTRIBUTES | {"objectAttributes", "created_at", "createdAt"}
"""Traits of a group call that have a field of their own."""


def build(fields: JsonObject, settings: ActionSettings, time: float) -> list[Command]:
    """object/identify with the person's relationship; object/identify_anonymous where only an anonymousId is known."""
    user_id, anonymous_id = fields.get("user_id"), fields.get("anonymous_id")
    identifiers = identity.object_(settings, fields["id"], fields.get("object_type_id"))
    # Segment also sends a call without either; the document says that one is needed (known deviation gr_no_ids).
    relationship: JsonObject = {"identifiers": {**identity.person(settings, user_id, anonymous_id=anonymous_id)}}
    relationship_attributes = fields.get("relationship_attributes")
    if isinstance(relationship_attributes, dict):
        relationship["relationship_attributes"] = converted(relationship_attributes, fields)
    created_at = converted_value(fields.get("created_at"), fields)
    action: Literal["identify", "identify_anonymous"] = "identify" if user_id is not None else "identify_anonymous"
    return [
        Command(
            type="object",
            action=action,
            identifiers=identifiers,
            attributes=with_anonymous_id(_attributes(fields), anonymous_id, identifiers),
            created_at=UNSET if created_at is None else created_at,
            cio_relationships=[relationship],
        )
    ]


def _attributes(fields: JsonObject) -> JsonObject | UnsetType:
    """The flat traits, and over them `custom_attributes`; UNSET where there are neither."""
    flat, custom = fields.get("traits"), fields.get("custom_attributes")
    attributes: JsonObject = {}
    if isinstance(flat, dict):
        attributes = {name: value for name, value in flat.items() if name not in NO_FLAT_ATTRIBUTES}
    if isinstance(custom, dict):
        attributes.update((name, value) for name, value in custom.items() if name not in NO_ATTRIBUTES)
    elif not attributes:
        return UNSET
    return converted(attributes, fields)


CREATE_UPDATE_OBJECT = Action(
    key="createUpdateObject",
    title="Create or Update Object",
    trigger='type = "group"',
    fields=fields(
        string("id", "Object ID", path("groupId"), required=True),
        string("created_at", "Created At", first_of("traits.created_at", "traits.createdAt")),
        object_("custom_attributes", "Object Attributes", path("traits.objectAttributes")),
        object_("relationship_attributes", "Relationship Attributes", path("traits.relationshipAttributes")),
        string("user_id", "User ID", path("userId")),
        ANONYMOUS_ID,
        string("object_type_id", "Object Type Id", first_of("traits.object_type_id", "traits.objectTypeId")),
        CONVERT_TIMESTAMP,
        ours(
            object_("traits", "Object Traits", path("traits")),
            "the document: other keys of the traits are attributes of the object (known deviation gr_flat_traits)",
            lenient=True,
        ),
    ),
    build=build,
)
