"""What a history without conflicts of identity must end in, in whatever order it arrives.

Declared, not computed step by step: sets, and the newest of each. Nothing of the system under test is used. A history
is fit for it if nobody is deleted or merged by alias, if each id goes with one email at most, and if an identify by
such an id always names the email (`histories.orderly`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from tests.simulation.histories import Step
from worker.jsontypes import JsonObject

Stamp: TypeAlias = tuple[float, str]

RESERVED = {"Application Opened", "Application Installed", "Application Uninstalled", "Relationship Deleted"} | {
    "Object Deleted"
}


class Call(Struct):
    """A distinct event, read as the rules of docs/workspace.md do."""

    event: JsonObject
    stamp: Stamp
    user: str
    """The person's handle: id:… or email:…, empty if only an anonymousId is given."""
    anonymous: str

    @property
    def kind(self) -> str:
        return str(self.event["type"])

    @property
    def name(self) -> str:
        return str(self.event.get("event") or "")


def calls_of(steps: Iterable[Step]) -> list[Call]:
    found: dict[str, Call] = {}
    for step in steps:
        event = step.event
        message_id = str(event["messageId"])
        time = datetime.fromisoformat(str(event["timestamp"]).replace("Z", "+00:00")).timestamp()
        user = str(event.get("userId") or "")
        if not user and event["type"] == "identify":
            user = str(traits(event).get("email") or "")
        handle = "" if not user else f"email:{user.lower()}" if "@" in user else f"id:{user}"
        found[message_id] = Call(event, (time, message_id), handle, str(event.get("anonymousId") or ""))
    return sorted(found.values(), key=lambda call: call.stamp)


def traits(event: JsonObject) -> JsonObject:
    value = event.get("traits")
    return value if isinstance(value, dict) else {}


def newest(values: Sequence[tuple[Stamp, JsonObject]], floor: Stamp | None = None) -> JsonObject:
    """The newest value of each name; null and "" remove."""
    result: JsonObject = {}
    for stamp, given in sorted(values, key=lambda value: value[0]):
        if floor is None or stamp > floor:
            result.update(given)
    return {name: value for name, value in result.items() if value is not None and value != ""}


class Oracle:
    """The workspace that the history must end in."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.calls = calls_of(steps)
        self.people = self._people()
        self.links = self._links()
        self.identified = {self.people[call.user] for call in self.calls if call.kind == "identify"}
        self.there = {self.people[call.user] for call in self.calls if call.user and not is_about_object(call)}
        self.deleted = {
            str(properties(call)["objectId"]): call.stamp for call in self.calls if call.name == "Object Deleted"
        }

    def _people(self) -> dict[str, str]:
        """A name for each person by handle: its id, or its email where it has none."""
        emails = {
            call.user: f"email:{str(traits(call.event)['email']).lower()}"
            for call in self.calls
            if call.kind == "identify" and call.user.startswith("id:") and traits(call.event).get("email")
        }
        people = {email: id_ for id_, email in emails.items()}
        handles = {call.user for call in self.calls if call.user and call.name != "Object Deleted"}
        return {handle: people.get(handle, handle) for handle in handles | emails.keys() | set(emails.values())}

    def _links(self) -> dict[str, list[tuple[Stamp, str]]]:
        links: dict[str, list[tuple[Stamp, str]]] = {}
        for call in self.calls:
            if call.kind == "identify" and call.anonymous:
                links.setdefault(call.anonymous, []).append((call.stamp, self.people[call.user]))
        return links

    def owner(self, call: Call) -> str:
        """Whose a call is; empty if nobody's yet."""
        if call.user:
            return self.people[call.user]
        links = self.links.get(call.anonymous, [])
        earlier = [person for stamp, person in links if stamp[0] <= call.stamp[0]]
        return earlier[-1] if earlier else links[0][1] if links else ""

    def expected(self) -> JsonObject:
        return {
            "people": {person: self._person(person) for person in sorted(self.there)},
            "objects": self._objects(),
            "anonymous": self._anonymous(),
            "suppressed": [],
        }

    def _person(self, person: str) -> JsonObject:
        mine = [call for call in self.calls if self.owner(call) == person and call.name != "Object Deleted"]
        identifies = [call for call in mine if call.kind == "identify"]
        emails = [str(traits(call.event)["email"]) for call in identifies if traits(call.event).get("email")]
        own = [handle for handle, one in self.people.items() if one == person and handle.startswith("email:")]
        return {
            "email": emails[-1] if emails else own[0].removeprefix("email:") if own else None,
            "attributes": newest(
                [
                    (call.stamp, {name: value for name, value in traits(call.event).items() if name != "email"})
                    for call in identifies
                ]
            ),
            "anonymous_ids": [*sorted({call.anonymous for call in identifies if call.anonymous})],
            "events": [*sorted(str(call.event["messageId"]) for call in mine if is_event(call))],
            "relationships": self._relationships(person, mine),
            "devices": self._devices(person),
        }

    def _relationships(self, person: str, mine: list[Call]) -> JsonObject:
        if person not in self.identified:
            return {}
        related: JsonObject = {}
        for name in {str(call.event["groupId"]) for call in mine if call.kind == "group"}:
            groups = [call for call in mine if call.kind == "group" and call.event["groupId"] == name]
            ends = [
                call.stamp
                for call in mine
                if call.name == "Relationship Deleted" and properties(call)["objectId"] == name
            ]
            floor = max([*ends, self.deleted.get(name, (0.0, ""))])
            if groups[-1].stamp > floor:
                given = [(call.stamp, relationship_attributes(call)) for call in groups]
                related[name] = newest(given, floor)
        return related

    def _objects(self) -> JsonObject:
        objects: JsonObject = {}
        groups = [call for call in self.calls if call.kind == "group" and self.owner(call) in self.identified]
        for name in {str(call.event["groupId"]) for call in groups}:
            mine = [call for call in groups if call.event["groupId"] == name]
            floor = self.deleted.get(name)
            if floor is None or mine[-1].stamp > floor:
                objects[name] = newest([(call.stamp, object_attributes(call)) for call in mine], floor)
        return objects

    def _devices(self, person: str) -> JsonObject:
        """Those that the person used last, each with what the person has said there since it last removed it."""
        devices: JsonObject = {}
        for token in {token_of(call) for call in self.calls} - {""}:
            calls = [call for call in self.calls if token_of(call) == token and self.owner(call)]
            uses = [call for call in calls if call.name != "Application Uninstalled"]
            if uses and self.owner(uses[-1]) == person:
                removals = [call.stamp for call in calls if call not in uses and self.owner(call) == person]
                if not removals or removals[-1][0] < uses[-1].stamp[0]:
                    given = [(call.stamp, properties(call)) for call in uses if self.owner(call) == person]
                    devices[token] = newest(given, removals[-1] if removals else None)
        return devices

    def _anonymous(self) -> JsonObject:
        waiting: dict[str, int] = {}
        for call in self.calls:
            if not call.user and call.kind != "identify":
                waiting[call.anonymous] = waiting.get(call.anonymous, 0) + (not self.owner(call))
        return {
            name: {
                "linked_to": self.links[name][-1][1] if name in self.links else None,
                "waiting": waiting.get(name, 0),
            }
            for name in sorted(waiting.keys() | self.links.keys())
        }


def properties(call: Call) -> JsonObject:
    value = call.event.get("properties")
    return value if isinstance(value, dict) else {}


def is_event(call: Call) -> bool:
    return call.kind in ("track", "page", "screen") and call.name not in RESERVED


def is_about_object(call: Call) -> bool:
    """Whether it makes nobody: it waits for its person, or has none."""
    return call.kind == "group" or call.name in ("Relationship Deleted", "Object Deleted")


def relationship_attributes(call: Call) -> JsonObject:
    value = traits(call.event).get("relationshipAttributes")
    return value if isinstance(value, dict) else {}


def object_attributes(call: Call) -> JsonObject:
    return {name: value for name, value in traits(call.event).items() if name != "relationshipAttributes"}


def token_of(call: Call) -> str:
    context = call.event.get("context")
    device = context.get("device") if isinstance(context, dict) else None
    return str(device["token"]) if isinstance(device, dict) else ""
