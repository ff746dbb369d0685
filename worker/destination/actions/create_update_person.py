"""Create or Update Person: an identify call sets a person's attributes, and adds the device it comes from."""

from msgspec import UNSET, UnsetType

from worker.destination.actions import identity
from worker.destination.actions.definition import (
    ANONYMOUS_ID,
    CONVERT_TIMESTAMP,
    TIMESTAMP,
    Action,
    fields,
    first_of,
    object_,
    ours,
    path,
    string,
    time,
)
from worker.destination.actions.devices import platform_name
from worker.destination.actions.values import converted, converted_value, timestamp, with_anonymous_id
from worker.destination.command import Command
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject

NO_ATTRIBUTES = frozenset({"createdAt", "created_at", "object_type_id", "objectTypeId", "relationshipAttributes"})
"""Traits that have a field of their own."""


def looks_like_email(value: str) -> bool:
    """Whether `value` can name a person as an email address: one @ between something and something, no blanks.

    Segment takes anything from the email trait for an identifier (known deviations id_trait_email_num, …_not_valid).
    Its own pattern for userIds is not used here: it knows only ASCII.
    """
    name, at, domain = value.partition("@")
    return bool(at and name and domain) and "@" not in domain and value.split() == [value]


def build(fields: JsonObject, settings: ActionSettings, time: float) -> list[Command]:
    """person/identify, and person/add_device if the call names its device."""
    traits = fields.get("custom_attributes")
    custom: JsonObject = (
        {name: value for name, value in traits.items() if name not in NO_ATTRIBUTES} if isinstance(traits, dict) else {}
    )
    email = _take_email(custom, fields.get("email"))
    identifiers = identity.person(
        settings,
        fields.get("id"),
        email=email if "id" not in fields and email is not None and looks_like_email(email) else None,
        anonymous_id=fields.get("anonymous_id"),
    )
    attributes = converted(custom, fields)
    if email is not None:
        attributes["email"] = email
    elif "anonymous_id" in identifiers and attributes.get("email") == "":
        # Only an anonymousId: nobody's email address is meant to be removed (known deviation id_empty_email).
        del attributes["email"]
    if "created_at" in fields:
        attributes["created_at"] = converted_value(fields["created_at"], fields)
    when = timestamp(fields)
    commands = [
        Command(
            type="person",
            action="identify",
            identifiers=identifiers,
            attributes=with_anonymous_id(attributes, fields.get("anonymous_id"), identifiers),
            timestamp=when,
            cio_relationships=UNSET if "group_id" not in fields else [_relationship(fields, settings)],
        )
    ]
    device = _device(fields, when)
    if device is not None:
        commands.append(Command(type="person", action="add_device", identifiers=identifiers, device=device))
    return commands


def _take_email(custom: JsonObject, email: Json) -> str | None:
    """The email to set.

    A trait that is no string is no email address, nor is its text, and goes (id_trait_email_obj, …_bool).
    """
    trait = custom.get("email")
    if trait is None or isinstance(trait, str):
        return email if isinstance(email, str) else None
    del custom["email"]
    return email if isinstance(email, str) and looks_like_email(email) else None


def _device(fields: JsonObject, last_used: int | float | str | UnsetType) -> JsonObject | None:
    """The device the call comes from; None where the context names none, or not as the device actions require."""
    context = fields.get("context")
    if not isinstance(context, dict) or "device" not in context:
        return None
    given = context["device"]
    token, platform = (given.get("token"), given.get("type")) if isinstance(given, dict) else (None, None)
    if not (isinstance(token, str) and token and isinstance(platform, str) and platform):
        return None
    device: JsonObject = {"token": token, "platform": platform_name(platform)}
    if last_used is not UNSET:
        device["last_used"] = last_used
    app = context.get("app")
    version = app.get("version") if isinstance(app, dict) else None
    device["attributes"] = {"app_version": version} if isinstance(version, str) else {}
    return device


def _relationship(fields: JsonObject, settings: ActionSettings) -> JsonObject:
    identifiers = identity.object_(settings, fields.get("group_id"), fields.get("object_type_id"))
    relationship: JsonObject = {"identifiers": {**identifiers}}
    attributes = fields.get("relationship_attributes")
    if isinstance(attributes, dict):
        # Converted as those of a group call are, which Segment forgets here (known deviation id_group).
        relationship["relationship_attributes"] = converted(attributes, fields)
    return relationship


CREATE_UPDATE_PERSON = Action(
    key="createUpdatePerson",
    title="Create or Update Person",
    trigger='type = "identify"',
    fields=fields(
        # Segment falls back to the email trait here, which makes an id of one that is no address; the email field
        # names leads.
        string("id", "Person ID", path("userId")),
        ANONYMOUS_ID,
        string("email", "Email Address", {"@template": "{{traits.email}}"}),
        time("created_at", "Created At", first_of("traits.created_at", "traits.createdAt")),
        string("group_id", "Object ID", path("traits.objectId")),
        object_("custom_attributes", "Person Attributes", path("traits")),
        object_("relationship_attributes", "Relationship Attributes", path("traits.relationshipAttributes")),
        TIMESTAMP,
        CONVERT_TIMESTAMP,
        string("object_type_id", "Object Type Id", first_of("traits.object_type_id", "traits.objectTypeId")),
        ours(
            object_("context", "Context", path("context")),
            "the document: an identify call adds and updates devices (known deviation id_device_context)",
            lenient=True,
        ),
    ),
    build=build,
)
