"""Whom and what a command is about, and when."""

from collections.abc import Mapping
from math import floor
from typing import TypeAlias

from msgspec import UNSET, UnsetType

from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.timestamps import LAST_TIME, in_seconds
from worker.workspace import keys
from worker.workspace.junk import is_junk, too_long
from worker.workspace.messages.cause import Cause
from worker.workspace.settings import WorkspaceSettings

Given: TypeAlias = Mapping[str, Json] | Mapping[str, str]

ANONYMOUS = keys.anonymous_key("")
"""What the keys of anonymousIds begin with."""


class Refused(Exception):
    """The command names nobody who could be told."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def person_key(identifiers: Given | UnsetType, settings: WorkspaceSettings) -> str:
    """The key of the person, or of the anonymousId, that is named.

    Raises Refused where nobody is named, or a userId that stems from a mistake; such an anonymousId is let through, but
    is never linked with anybody (docs/workspace.md).
    """
    if identifiers is not UNSET:
        for kind, value in identifiers.items():
            if not isinstance(value, str):
                continue
            if kind == "anonymous_id":
                if too_long(value):
                    raise Refused(Reason.JUNK_IDENTIFIER, f"the anonymousId has {len(value)} characters")
                return ANONYMOUS + value
            if is_junk(value) and (not settings.allow_junk_identifiers or too_long(value)):
                raise Refused(Reason.JUNK_IDENTIFIER, f"{kind} {value[:100]!r} stands for nobody")
            if kind == "id":
                return keys.ID + value
            if kind == "email":
                return keys.email_key(value)
            if kind == "cio_id":
                return keys.PROFILE + value
    raise Refused(Reason.NO_IDENTIFIER, "the command names nobody")


def object_name(identifiers: Given | UnsetType) -> str:
    """The name of the object (keys.object_name).

    Raises Refused without one, with one that is far too long, and with a type that is no whole number from 1
    (customerio_semantics.md 5).
    """
    if identifiers is not UNSET:
        type_id, object_id = identifiers.get("object_type_id"), identifiers.get("object_id")
        if isinstance(type_id, str) and isinstance(object_id, str) and type_id and object_id:
            if too_long(type_id) or too_long(object_id):
                raise Refused(Reason.JUNK_IDENTIFIER, f"the object's id has {len(type_id) + len(object_id)} characters")
            if not (type_id.isascii() and type_id.isdigit() and type_id[0] != "0"):
                raise Refused(Reason.INVALID_FIELDS, f"the object's type {type_id!r} is no whole number from 1")
            return keys.object_name(type_id, object_id)
    raise Refused(Reason.NO_IDENTIFIER, "the command names no object")


def inner(outer: JsonObject, name: str) -> JsonObject:
    """The object at `name`, empty if there is none."""
    value = outer.get(name)
    return value if isinstance(value, dict) else {}


def text(value: Json) -> str | None:
    """An identifier in an attribute: text that is not empty, or a whole number as text."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def seconds(value: Json | UnsetType) -> int | float | None:
    """A time in unix seconds, also where it is a number in text; None where it is none.

    A whole number is seconds already, made of a date, however late. In text, as the event had it, finer units become
    seconds, as in the event's own time (worker/segment/timestamps.py, event_time).
    """
    if value.__class__ is int:
        return value if abs(value) <= LAST_TIME else None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
        if value.is_integer():
            value = int(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    found = in_seconds(value)
    return floor(found) if found is not None and isinstance(value, int) else found


def time_of(value: Json | UnsetType, cause: Cause) -> float:
    """The time of a command that says `value`: to the millisecond the event's, where it is that in whole seconds."""
    said = seconds(value)
    if said is None or said == floor(cause.time):
        return cause.time
    return float(said)
