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
WAITS = "the device call of somebody who is not identified yet waits, as an event does (docs/workspace.md)"


def platform_name(platform: str) -> str:
    """The platform as Customer.io writes it: `ios` for Apple's, else in lower case (known deviation dv_type_upper)."""
    lower = platform.lower()
    return "ios" if lower in APPLE else lower


def build_create_update(
    settings: ActionSettings,
    time: float,
    person_id: str | None,
    device_id: str,
    app_version: str | None,
    platform: str,
    last_used: str | None,
    attributes: JsonObject | None,
    convert_timestamp: bool | None,
    anonymous_id: str | None,
) -> list[Command]:
    """person/add_device."""
    device: JsonObject = {"token": device_id, "platform": platform_name(platform)}
    if last_used is not None:
        device["last_used"] = converted_value(last_used, convert_timestamp)
    properties: JsonObject = {} if attributes is None else converted(attributes, convert_timestamp)
    device["attributes"] = properties if app_version is None else {**properties, "app_version": app_version}
    return [_command(settings, "add_device", person_id, anonymous_id, device)]


def build_delete(
    settings: ActionSettings, time: float, person_id: str | None, device_id: str, anonymous_id: str | None
) -> list[Command]:
    """person/delete_device."""
    return [_command(settings, "delete_device", person_id, anonymous_id, {"token": device_id})]


def _command(
    settings: ActionSettings,
    action: Literal["add_device", "delete_device"],
    person_id: str | None,
    anonymous_id: str | None,
    device: JsonObject,
) -> Command:
    identifiers = identity.person(settings, person_id, anonymous_id)
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
