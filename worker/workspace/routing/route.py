"""From the commands of an event to the messages of the four keyed topics."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from worker.destination.command import Command, object_attributes
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.workspace.changes import IgnoredAnonymousIdentify, origin
from worker.workspace.effects import DeadLetter, Effect, Publish, Send
from worker.workspace.junk import too_long
from worker.workspace.keys import DELIVERY, object_key
from worker.workspace.messages.anonymous import Under
from worker.workspace.messages.calls import AnonymousCall, Erase, Merge, Relate, Relation, Unrelate, related, used
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import DeleteObject, UpdateObject
from worker.workspace.messages.people import ReportDelivery
from worker.workspace.routing.calls import device, event, has_token, identify, used_device
from worker.workspace.routing.subjects import ANONYMOUS, Refused, inner, object_name, person_key, time_of
from worker.workspace.settings import WorkspaceSettings


def joined(commands: list[Command]) -> list[Command]:
    """The commands of an action, an identify and its device as one: where the identify is ignored, so is the device."""
    if len(commands) != 2:
        return commands
    first, second = commands
    given = second.device
    if first.action != "identify" or second.action != "add_device" or given is UNSET or not has_token(given):
        return commands
    return [replace(first, device=given)]


def route(command: Command, cause: Cause, settings: WorkspaceSettings) -> list[Effect]:
    """What is to be told to whom, for a command of the event `cause`; or that it can't be told to anybody."""
    try:
        match command.type:
            case "person":
                return _person(command, cause, settings)
            case "object":
                return _object(command, cause, settings)
            case "delivery":
                return [_delivery(command, cause)]
            case _:
                assert_never(command.type)
    except Refused as refused:
        return [DeadLetter(refused.reason, refused.detail)]


def _person(command: Command, cause: Cause, settings: WorkspaceSettings) -> list[Effect]:
    if command.action == "merge":
        to = person_key(command.primary, settings)
        secondary = _secondary(command)
        merge = Merge(to=to, cause=cause, at=time_of(command.timestamp, cause), primary=to, secondary=secondary)
        return [Send("people", to, merge)]
    to = person_key(command.identifiers, settings)
    match command.action:
        case "event" | "page" | "screen" | "viewed_content" | "clicked_content":
            return [_send(event(command, cause, to))]
        case "identify":
            return _identify(command, cause, to, settings)
        case "add_device" | "delete_device":
            return [_send(device(command, cause, to))]
        case "delete" | "suppress" | "unsuppress":
            at = time_of(command.timestamp, cause)
            return [Send("people", to, Erase(to=to, cause=cause, at=at, action=command.action))]
        case "identify_anonymous" | "delete_relationships" | "report":
            raise Refused(Reason.UNSUPPORTED, f"person/{command.action} is no command")
        case _:
            assert_never(command.action)


def _object(command: Command, cause: Cause, settings: WorkspaceSettings) -> list[Effect]:
    at = time_of(command.timestamp, cause)
    name = object_name(command.identifiers)
    key = object_key(name)
    people = [
        (person_key(inner(one, "identifiers"), settings), inner(one, "relationship_attributes"))
        for one in command.cio_relationships or ()
    ]
    match command.action:
        case "identify" | "identify_anonymous":
            attributes = object_attributes(command)
            if not people:
                update = UpdateObject(to=key, cause=cause, at=at, name=name, attributes=attributes, cio_id="")
                return [Send("objects", key, update)]
            return [
                _send(
                    Relate(
                        to=to,
                        cause=cause,
                        at=at,
                        name=name,
                        object_attributes=attributes,
                        relationship_attributes=relationship_attributes,
                    )
                )
                for to, relationship_attributes in people
            ]
        case "delete":
            return [Send("objects", key, DeleteObject(to=key, cause=cause, at=at, name=name))]
        case "delete_relationships":
            return [_send(Unrelate(to=to, cause=cause, at=at, name=name)) for to, _ in people]
        case _:
            raise Refused(Reason.UNSUPPORTED, f"object/{command.action} is no command")


def _identify(command: Command, cause: Cause, to: str, settings: WorkspaceSettings) -> list[Effect]:
    """An identify, and with it the objects that it names (semantics 5: traits.objectId), and its device."""
    relations = tuple(
        Relation(object_name(inner(one, "identifiers")), inner(one, "relationship_attributes"))
        for one in command.cio_relationships or ()
    )
    given = command.device
    with_device = None if given is UNSET else used_device(given, cause)
    if not to.startswith(ANONYMOUS):
        return [Send("people", to, identify(command, cause, to, settings, relations, with_device))]
    # Of an anonymousId alone it is nobody's (semantics 4: there is no anonymous person), but what comes with it waits.
    at = time_of(command.timestamp, cause)
    ignored = IgnoredAnonymousIdentify(cause=origin(cause), subject=to, call="identify")
    waiting: list[AnonymousCall] = [related(one, to, cause, at) for one in relations]
    if with_device is not None:
        waiting.append(used(with_device, to, cause))
    return [Publish(to, ignored), *map(_send, waiting)]


def _send(call: AnonymousCall) -> Send:
    """To the person, or to the anonymousId if nothing else is known."""
    to = call.to
    if to.startswith(ANONYMOUS):
        under = Under(to=to, cause=call.cause, call=replace(call, anonymous_id=to[len(ANONYMOUS) :]))
        return Send("anonymous", to, under)
    return Send("people", to, call)


def _secondary(command: Command) -> str:
    """The key of who is to be merged; a junk id is refused by the primary, with a change that says so."""
    return person_key(command.secondary, WorkspaceSettings(allow_junk_identifiers=True))


def _delivery(command: Command, cause: Cause) -> Effect:
    delivery_id = "" if command.delivery_id is UNSET else command.delivery_id
    if too_long(delivery_id):
        raise Refused(Reason.JUNK_IDENTIFIER, f"the delivery's id has {len(delivery_id)} characters")
    report: JsonObject = {
        name: value
        for name in ("metric", "timestamp", "recipient", "reason", "href", "metadata")
        if (value := getattr(command, name)) is not UNSET
    }
    to = DELIVERY + delivery_id
    at = time_of(command.timestamp, cause)
    return Send("people", to, ReportDelivery(to=to, cause=cause, at=at, delivery_id=delivery_id, report=report))
