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
from worker.destination.numbers import as_created_at
from worker.destination.settings import ActionSettings
from worker.emails import looks_like_email
from worker.jsontypes import JsonObject

NO_ATTRIBUTES = frozenset({"createdAt", "created_at", "object_type_id", "objectTypeId", "relationshipAttributes"})
"""Traits that have a field of their own."""


def build(
    settings: ActionSettings,
    time: float,
    person_id: str | None,
    anonymous_id: str | None,
    email: str | None,
    created_at: str | int | float | None,
    group_id: str | None,
    custom_attributes: JsonObject | None,
    relationship_attributes: JsonObject | None,
    when: str | int | None,
    convert_timestamp: bool | None,
    object_type_id: str | None,
    context: JsonObject | None,
) -> list[Command]:
    """person/identify, and person/add_device if the call names its device."""
    custom: JsonObject = {}
    if custom_attributes is not None:
        custom = custom_attributes.copy()
        for name in NO_ATTRIBUTES.intersection(custom):
            del custom[name]
    email = _take_email(custom, email)
    # Segment takes anything from the email trait for an identifier (known deviations id_trait_email_num, …_not_valid).
    leads = person_id is None and email is not None and looks_like_email(email)
    identifiers = identity.person(settings, person_id, anonymous_id, email if leads else None)
    attributes = converted(custom, convert_timestamp)
    if email is not None:
        attributes["email"] = email
    elif "anonymous_id" in identifiers and attributes.get("email") == "":
        # Only an anonymousId: nobody's email address is meant to be removed (known deviation id_empty_email).
        del attributes["email"]
    if created_at is not None:
        attributes["created_at"] = converted_value(created_at, convert_timestamp)
    seconds = timestamp(when)
    relationships: list[JsonObject] | UnsetType = UNSET
    if group_id is not None:
        related = identity.object_(settings, group_id, object_type_id)
        relationships = [_relationship(related, relationship_attributes, convert_timestamp)]
    identify = Command(
        type="person",
        action="identify",
        identifiers=identifiers,
        attributes=with_anonymous_id(attributes, anonymous_id, identifiers),
        timestamp=seconds,
        cio_relationships=relationships,
    )
    device = None if context is None or "device" not in context else _device(context, seconds)
    if device is None:
        return [identify]
    return [identify, Command(type="person", action="add_device", identifiers=identifiers, device=device)]


def _take_email(custom: JsonObject, email: str | None) -> str | None:
    """The email to set.

    A trait that is no string is no email address, nor is its text, and goes (id_trait_email_obj, …_bool).
    """
    trait = custom.get("email")
    if trait is None or isinstance(trait, str):
        return email
    del custom["email"]
    return email if email is not None and looks_like_email(email) else None


def _device(context: JsonObject, last_used: int | float | str | UnsetType) -> JsonObject | None:
    """The device the context names; None where it does not name it as the device actions require."""
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


def _relationship(
    identifiers: dict[str, str], attributes: JsonObject | None, convert_timestamp: bool | None
) -> JsonObject:
    relationship: JsonObject = {"identifiers": {**identifiers}}
    if attributes is not None:
        # Converted as those of a group call are, which Segment forgets here (known deviation id_group).
        relationship["relationship_attributes"] = converted(attributes, convert_timestamp)
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
        time("created_at", "Created At", first_of("traits.created_at", "traits.createdAt"), as_created_at),
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
