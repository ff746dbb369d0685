"""Delete Object, and Delete Relationship between a person and an object."""

from msgspec import UNSET

from worker.destination.actions import identity
from worker.destination.actions.definition import ANONYMOUS_ID, Action, fields, first_of, path, string
from worker.destination.actions.values import with_anonymous_id
from worker.destination.command import Command
from worker.destination.settings import ActionSettings

OBJECT_TYPE_ID = string(
    "object_type_id", "Object Type ID", first_of("properties.object_type_id", "properties.objectTypeId")
)


def build_delete_object(
    settings: ActionSettings, time: float, object_id: str | None, object_type_id: str | None
) -> list[Command]:
    """object/delete."""
    identifiers = identity.object_(settings, object_id, object_type_id)
    return [Command(type="object", action="delete", identifiers=identifiers)]


def build_delete_relationship(
    settings: ActionSettings,
    time: float,
    person_id: str | None,
    anonymous_id: str | None,
    object_id: str,
    object_type_id: str | None,
) -> list[Command]:
    """object/delete_relationships, also of somebody who is not identified yet (known deviation rm_rel_anon)."""
    identifiers = identity.object_(settings, object_id, object_type_id)
    person = identity.person(settings, person_id, anonymous_id)
    return [
        Command(
            type="object",
            action="delete_relationships",
            identifiers=identifiers,
            attributes=with_anonymous_id(UNSET, anonymous_id, identifiers),
            cio_relationships=[{"identifiers": {**person}}],
        )
    ]


DELETE_OBJECT = Action(
    key="deleteObject",
    title="Delete Object",
    trigger='type = "track" and event = "Object Deleted"',
    fields=fields(string("object_id", "Object ID", path("properties.objectId")), OBJECT_TYPE_ID),
    build=build_delete_object,
)

DELETE_RELATIONSHIP = Action(
    key="deleteRelationship",
    title="Delete Relationship",
    trigger='type = "track" and event = "Relationship Deleted"',
    fields=fields(
        string("person_id", "Person ID", path("userId"), required=True),
        ANONYMOUS_ID,
        string("object_id", "Object ID", path("properties.objectId"), required=True),
        OBJECT_TYPE_ID,
    ),
    build=build_delete_relationship,
    or_anonymous="person_id",
)
