"""A picture as one JSON document, the output of `simulate`."""

from typing import cast

import msgspec

from worker.jsontypes import Json, JsonObject
from worker.workspace.changes import EventReceived, WorkspaceChange
from worker.workspace.keys import split_object_name
from worker.workspace.picture.documents import Device, Person
from worker.workspace.picture.picture import Picture

NO_ATTRIBUTES = ("id", "email", "cio_id", "anonymous_id")
"""What is shown beside the attributes (in an id-only workspace the email is one of them)."""


def shown(picture: Picture) -> JsonObject:
    """The workspace in the form that `simulate` prints, but for the dead letters, which are no changes."""
    living = [person for person in picture.people.values() if person.merged_into is None and not person.deleted]
    events = _events(picture)
    devices = _devices(picture)
    people = [_person(person, events.get(person.cio_id, []), devices.get(person.cio_id, [])) for person in living]
    return {
        "people": [*sorted(people, key=_person_order)],
        "objects": [
            {**_object_names(name), "attributes": attributes} for name, attributes in sorted(picture.objects.items())
        ],
        "object_types": [
            {"object_type_id": object_type_id, "name": name}
            for object_type_id, name in sorted(picture.object_types.items())
        ],
        "anonymous": [
            {
                "anonymous_id": anonymous_id,
                "linked_to": None if one.linked_to is None else _cio_id(picture, one.linked_to),
                "waiting": one.waiting,
            }
            for anonymous_id, one in sorted(picture.anonymous.items())
        ],
        "suppressed": [*sorted(picture.suppressed)],
        "activities": [activity(change) for change in sorted(picture.activities, key=_activity_order)],
    }


def activity(change: WorkspaceChange) -> JsonObject:
    """A change as a line of a log: what it says, with the messageId and the time of the event that caused it."""
    line = cast("JsonObject", msgspec.to_builtins(change))
    del line["version"], line["cause"]
    return {**line, "message_id": change.cause.message_id, "time": change.cause.time}


def _person(person: Person, events: list[EventReceived], devices: list[tuple[str, Device]]) -> JsonObject:
    return {
        "cio_id": person.cio_id,
        "id": person.id,
        "email": person.attributes.get("email") if person.email is None else person.email,
        "attributes": {name: value for name, value in person.attributes.items() if name not in NO_ATTRIBUTES},
        "anonymous_ids": [*sorted(person.anonymous_ids)],
        "devices": [
            {
                "token": token,
                "platform": device.platform,
                "last_used": device.last_used,
                "attributes": device.attributes,
            }
            for token, device in sorted(devices, key=lambda one: one[0])
        ],
        "relationships": [
            {**_object_names(name), "attributes": its} for name, its in sorted(person.relationships.items())
        ],
        "events": _shown_events(events),
    }


def _events(picture: Picture) -> dict[str, list[EventReceived]]:
    """The events by whose they are."""
    events: dict[str, list[EventReceived]] = {}
    for event in picture.events.values():
        owner = picture.owner(event)
        if owner is not None:
            events.setdefault(owner.cio_id, []).append(event)
    return events


def _devices(picture: Picture) -> dict[str, list[tuple[str, Device]]]:
    """The devices by the living person whose they are."""
    devices: dict[str, list[tuple[str, Device]]] = {}
    for token, device in picture.devices.items():
        owner = None if device.cio_id is None else picture.person(device.cio_id)
        if owner is not None:
            devices.setdefault(owner.cio_id, []).append((token, device))
    return devices


def _shown_events(received: list[EventReceived]) -> list[Json]:
    once = {(event.event_type, event.name, event.id): event for event in received}
    return [
        {
            "type": event.event_type,
            "name": event.name,
            "id": event.id,
            "timestamp": event.timestamp,
            "attributes": event.attributes,
        }
        for event in sorted(once.values(), key=lambda event: (event.timestamp, event.id, event.event_type, event.name))
    ]


def _object_names(name: str) -> JsonObject:
    object_type_id, object_id = split_object_name(name)
    return {"object_type_id": object_type_id, "object_id": object_id}


def _cio_id(picture: Picture, cio_id: str) -> str | None:
    person = picture.person(cio_id)
    return None if person is None else person.cio_id


def _person_order(person: Json) -> tuple[bool, str, str, str]:
    """By id, email, cio_id; people without an id last."""
    assert isinstance(person, dict)
    id_, email = person["id"], person["email"]
    return id_ is None, str(id_ or ""), str(email or "").lower(), str(person["cio_id"])


def _activity_order(change: WorkspaceChange) -> tuple[float, float, str, str]:
    cause = change.cause
    return cause.arrived, cause.time, cause.message_id, str(change.__struct_config__.tag)
