"""Create or Update Object: a group call creates or updates an object and relates the person to it."""

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


def build(
    settings: ActionSettings,
    time: float,
    object_id: str,
    created_at: str | None,
    custom_attributes: JsonObject | None,
    relationship_attributes: JsonObject | None,
    user_id: str | None,
    anonymous_id: str | None,
    object_type_id: str | None,
    convert_timestamp: bool | None,
    traits: JsonObject | None,
) -> list[Command]:
    """object/identify with the person's relationship; object/identify_anonymous where only an anonymousId is known."""
    identifiers = identity.object_(settings, object_id, object_type_id)
    # Segment also sends a call without either; the document says that one is needed (known deviation gr_no_ids).
    relationship: JsonObject = {"identifiers": {**identity.person(settings, user_id, anonymous_id)}}
    if relationship_attributes is not None:
        relationship["relationship_attributes"] = converted(relationship_attributes, convert_timestamp)
    attributes = _attributes(traits, custom_attributes)
    if attributes is not UNSET:
        attributes = converted(attributes, convert_timestamp)
    return [
        Command(
            type="object",
            action="identify_anonymous" if user_id is None else "identify",
            identifiers=identifiers,
            attributes=with_anonymous_id(attributes, anonymous_id, identifiers),
            created_at=UNSET if created_at is None else converted_value(created_at, convert_timestamp),
            cio_relationships=[relationship],
        )
    ]


def _attributes(flat: JsonObject | None, custom: JsonObject | None) -> JsonObject | UnsetType:
    """The flat traits, and over them the custom attributes; UNSET where there are neither."""
    attributes: JsonObject = {}
    if flat is not None:
        attributes = flat.copy()
        for name in NO_FLAT_ATTRIBUTES.intersection(flat):
            del attributes[name]
    if custom is not None:
        attributes.update((name, value) for name, value in custom.items() if name not in NO_ATTRIBUTES)
    elif not attributes:
        return UNSET
    return attributes


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
