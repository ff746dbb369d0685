"""Attributes and times as commands carry them."""

from msgspec import UNSET, UnsetType

from worker.jsontypes import Json, JsonObject
from worker.segment.timestamps import convert_attributes, to_unix_attribute, to_unix_timestamp


def converted(attributes: JsonObject, convert_timestamp: bool | None) -> JsonObject:
    """The attributes, ISO 8601 strings as unix seconds if the mapping converts timestamps.

    A mapping without `convert_timestamp` does not (segment_actions.md 1.5); the presets have it. In Segment's
    JavaScript the conversion loses a key named `__proto__`, which is as well for those who read the commands in
    JavaScript.
    """
    if not convert_timestamp:
        return attributes
    if "__proto__" in attributes:
        attributes = {name: value for name, value in attributes.items() if name != "__proto__"}
    return convert_attributes(attributes)


def converted_value(value: str | int | float | None, convert_timestamp: bool | None) -> str | int | float | None:
    """The same for the value of a field."""
    return to_unix_attribute(value) if isinstance(value, str) and convert_timestamp else value


def with_anonymous_id(
    attributes: JsonObject | UnsetType, anonymous_id: str | None, identifiers: dict[str, str], shared: Json = None
) -> JsonObject | UnsetType:
    """The attributes with `anonymous_id`, over one that is there, or without it where it is the identifier (1.5).

    They are changed in place, unless they are the `shared` object.
    """
    if anonymous_id is None:
        return attributes
    if attributes is UNSET:
        return {"anonymous_id": anonymous_id} if "anonymous_id" not in identifiers else {}
    if attributes is shared:
        attributes = attributes.copy()
    if "anonymous_id" not in identifiers:
        attributes["anonymous_id"] = anonymous_id
    else:
        attributes.pop("anonymous_id", None)
    return attributes


def timestamp(value: str | int | None) -> int | float | str | UnsetType:
    """The root `timestamp`: unix seconds, whatever `convert_timestamp` says; text that is no time stays."""
    if value.__class__ is int:
        return value
    if value is None:
        return UNSET
    seconds = to_unix_timestamp(value)
    return seconds if isinstance(seconds, (int, float, str)) else UNSET
