"""Create or Update Device, and Delete Device: the device a person uses the app on."""

from typing import Literal

from worker.destination.actions import identity
from worker.destination.actions.definition import (
    ANONYMOUS_ID,
    CONVERT_TIMESTAMP,
    Action,
    fields,
    object_,
    ours,
    path,
    string,
)
from worker.destination.actions.values import converted, converted_value
from worker.destination.command import Command
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject

APPLE = frozenset({"ios", "ipados", "watchos", "tvos", "iphone", "ipad", "apple"})
WAITS = "the device call of somebody who is not identified yet waits, as an event does (DESIGN section 6.1)"


def platform_name(platform: str) -> str:
    """The platform as Customer.io writes it: `ios` for Apple's, else in lower case (known deviation dv_type_upper)."""
    lower = platform.lower()
    return "ios" if lower in APPLE else lower


def build_create_update(fields: JsonObject, settings: ActionSettings, time: float) -> list[Command]:
    """person/add_device."""
    platform = fields["platform"]
    device: JsonObject = {
        "token": fields["device_id"],
        "platform": platform_name(platform) if isinstance(platform, str) else platform,
    }
    last_used = converted_value(fields.get("last_used"), fields)
    if last_used is not None:
        device["last_used"] = last_used
    attributes = fields.get("attributes")
    properties: JsonObject = converted(attributes, fields) if isinstance(attributes, dict) else {}
    if "app_version" in fields:
        properties = {**properties, "app_version": fields["app_version"]}
    device["attributes"] = properties
    return [_command(fields, settings, "add_device", device)]


def build_delete(fields: JsonObject, settings: ActionSettings, time: float) -> list[Command]:
    """person/delete_device."""
    return [_command(fields, settings, "delete_device", {"token": fields["device_id"]})]


def _command(
    fields: JsonObject, settings: ActionSettings, action: Literal["add_device", "delete_device"], device: JsonObject
) -> Command:
    identifiers = identity.person(settings, fields.get("person_id"), anonymous_id=fields.get("anonymous_id"))
    return Command(type="person", action=action, identifiers=identifiers, device=device)


PERSON_ID = string("person_id", "Person ID", path("userId"), required=True)
DEVICE_ID = string("device_id", "Device ID", path("context.device.token"), required=True)

CREATE_UPDATE_DEVICE = Action(
    key="createUpdateDevice",
    title="Create or Update Device",
    trigger='type = "track" and '
    '(event = "Application Installed" or event = "Application Opened" or event = "Device Created or Updated")',
    fields=fields(
        PERSON_ID,
        DEVICE_ID,
        string("app_version", "App Version", path("context.app.version")),
        string("platform", "Platform", path("context.device.type"), required=True),
        string("last_used", "Last Used", path("timestamp")),
        object_("attributes", "Event Attributes", path("properties")),
        CONVERT_TIMESTAMP,
        ours(ANONYMOUS_ID, WAITS),
    ),
    build=build_create_update,
    or_anonymous="person_id",
)

DELETE_DEVICE = Action(
    key="deleteDevice",
    title="Delete Device",
    trigger='type = "track" and (event = "Application Uninstalled" or event = "Device Deleted")',
    fields=fields(PERSON_ID, DEVICE_ID, ours(ANONYMOUS_ID, WAITS)),
    build=build_delete,
    or_anonymous="person_id",
)
