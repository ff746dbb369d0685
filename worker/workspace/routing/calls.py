"""The calls of people that commands ask for."""

from math import floor
from typing import Final, Literal

from msgspec import UNSET

from worker.destination.command import Command
from worker.emails import looks_like_email
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.workspace.junk import LONGEST_TOKEN, beginning, is_junk, too_long
from worker.workspace.keys import EMAIL
from worker.workspace.messages.calls import AddDevice, Event, Identify, Relation, RemoveDevice, UsedDevice, used
from worker.workspace.messages.cause import Cause
from worker.workspace.routing.subjects import Refused, inner, seconds, text, time_of
from worker.workspace.settings import WorkspaceSettings

NO_ATTRIBUTES: Final = frozenset({"id", "email", "cio_id", "anonymous_id"})
"""What an identify may have among its attributes that is none, but names a person."""


def event(command: Command, cause: Cause, to: str) -> Event:
    """An event, page or screen; content that was viewed or clicked is an event of that name.

    Raises Refused where the name is nothing but blanks.
    """
    name = command.action if command.name is UNSET else command.name.strip()
    if not name:
        raise Refused(Reason.INVALID_FIELDS, "the event's name is nothing but blanks")
    attributes: JsonObject = {} if command.attributes is UNSET else command.attributes
    if "anonymous_id" in attributes:  # which Segment writes there, and nobody else has said
        attributes = attributes.copy()
        del attributes["anonymous_id"]
    action = command.action
    kind: Literal["event", "page", "screen"] = action if action in ("page", "screen") else "event"
    timestamp = seconds(command.timestamp)
    return Event(
        to=to,
        cause=cause,
        at=time_of(command.timestamp, cause),
        kind=kind,
        name=name,
        id=cause.message_id if command.id is UNSET else command.id,
        timestamp=floor(cause.time) if timestamp is None else timestamp,
        attributes=attributes,
    )


def device(command: Command, cause: Cause, to: str) -> AddDevice | RemoveDevice:
    """A device that is used, or no longer."""
    given: JsonObject = {} if command.device is UNSET else command.device
    if command.action == "delete_device":
        return RemoveDevice(to=to, cause=cause, at=time_of(command.timestamp, cause), token=_token(given))
    return used(used_device(given, cause), to, cause)


def used_device(given: JsonObject, cause: Cause) -> UsedDevice:
    """The device of a command; a platform that is far too long is none.

    Raises Refused without a token, and with one that is far too long.
    """
    last_used = seconds(given.get("last_used"))
    platform = text(given.get("platform")) or ""
    return UsedDevice(
        at=time_of(last_used, cause),
        token=_token(given),
        platform="" if too_long(platform) else platform,
        last_used=floor(cause.time) if last_used is None else last_used,
        attributes=inner(given, "attributes"),
    )


def has_token(given: JsonObject) -> bool:
    """Whether the device can be named."""
    token = text(given.get("token"))
    return token is not None and not too_long(token, LONGEST_TOKEN)


def _token(given: JsonObject) -> str:
    token = text(given.get("token"))
    if token is None or not has_token(given):
        raise Refused(Reason.INVALID_FIELDS, "the device has no token, or one that is far too long")
    return token


def identify(
    command: Command,
    cause: Cause,
    to: str,
    settings: WorkspaceSettings,
    relations: tuple[Relation, ...],
    device: UsedDevice | None,
) -> Identify:
    """An identify of somebody who is named."""
    given: JsonObject = {} if command.attributes is UNSET else command.attributes
    attributes = given
    if not NO_ATTRIBUTES.isdisjoint(given):
        attributes = {name: value for name, value in given.items() if name not in NO_ATTRIBUTES}
    email: str | None = None
    invalid = False
    if settings.identifiers == "id":
        if "email" in given:
            attributes["email"] = given["email"]
    else:
        email = text(given.get("email"))
        if email is not None and too_long(email):
            email, invalid = beginning(email), True
        else:
            invalid = email is not None and not looks_like_email(email)
        if email is None and to.startswith(EMAIL):
            email = _named_email(command)
    return Identify(
        to=to,
        cause=cause,
        at=time_of(command.timestamp, cause),
        named=to,
        attributes=attributes,
        id=_id(given.get("id"), settings),
        email=email,
        anonymous_id=text(given.get("anonymous_id")),
        email_verdict="invalid" if invalid else "",
        relations=relations,
        device=device,
    )


def _named_email(command: Command) -> str | None:
    """The email by which the call names its person, as it was given."""
    return None if command.identifiers is UNSET else command.identifiers.get("email")


def _id(value: Json, settings: WorkspaceSettings) -> str | None:
    """The id that the attributes name; null, text that stands for nobody and the like name none."""
    id_ = text(value)
    if id_ is None or too_long(id_) or (is_junk(id_) and not settings.allow_junk_identifiers):
        return None
    return id_
