"""The rules of docs/workspace.md over one dictionary, event by event, for events that arrive in order of time.

Nothing of the system under test is used. What arrives late or at the same time as something else is not its business:
see oracle.py and invariants.py.
"""

from tests.simulation.histories import ERASURES
from tests.simulation.oracle import (
    Call,
    newest,
    object_attributes,
    properties,
    relationship_attributes,
    token_of,
    traits,
)
from tests.simulation.plain_values import NEVER, RELATED, Browser, Device, Person, Values
from worker.jsontypes import JsonObject
from worker.workspace.settings import WorkspaceSettings

LEVEL = 1e11
"""By how many seconds a merge lowers what the secondary was told: what the primary was told goes before all of it."""

JUST_AFTER = 0.0005
"""By how many seconds a relationship that a merge brings back is newer than its end."""


class Plain:
    """The workspace after some events."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.settings = settings
        self.people: dict[str, Person] = {}
        """By handle, those of the merged included."""
        self.blocked: dict[str, frozenset[str]] = {}
        """Suppressed handles, each with all that were suppressed together."""
        self.deferred: dict[str, list[Call]] = {}
        self.browsers: dict[str, Browser] = {}
        self.objects: dict[str, Values] = {}
        self.deleted: dict[str, float] = {}
        """When objects were deleted."""
        self.devices: dict[str, Device] = {}

    def apply(self, call: Call) -> None:
        if call.kind == "identify":
            self._identify(call)
        elif call.kind == "alias":
            self._alias(call)
        elif call.name in ERASURES:
            self._erase(call)
        elif call.name == "Object Deleted":
            self._delete_object(str(properties(call)["objectId"]), call.stamp[0])
        elif not call.user:
            self._anonymous(call)
        elif call.user in self.blocked:
            pass
        elif call.kind == "group" or call.name == "Relationship Deleted":
            person = self.people.get(call.user)
            if person is None:
                self.deferred.setdefault(call.user, []).append(call)
            else:
                self._group(person, call)
        else:
            self._done(self._person(call), call)

    def _person(self, call: Call) -> Person:
        if call.user not in self.people:
            kind, _, name = call.user.partition(":")
            person = Person(call.stamp[0], id=name) if kind == "id" else Person(call.stamp[0], email=name)
            self.people[call.user] = person
            self._take_deferred(call.user)
        return self.people[call.user]

    # ---- identify -------------------------------------------------------------------------------------------------

    def _identify(self, call: Call) -> None:
        given = traits(call.event)
        email, other_id = given.get("email"), given.get("id")
        named = f"email:{str(email).strip().lower()}" if email else ""
        wanted = f"id:{other_id}" if other_id else ""
        if not call.user and call.anonymous and token_of(call):
            self._anonymous(call)
        if not call.user or not self.blocked.keys().isdisjoint((call.user, named, wanted)):
            return
        person = self._named(call, str(email), named) if named else self._person(call)
        if wanted and person.id is None:
            person = self._with_id(person, wanted)
        values = {name: value for name, value in given.items() if name not in ("email", "id")}
        self._update(person.values, values, call.stamp[0])
        if not person.identified:
            person.identified = True
            self._take_waiting(person)
        if call.anonymous:
            self._link(person, call.anonymous)
        if token_of(call):
            self._done(person, call)

    def _named(self, call: Call, email: str, named: str) -> Person:
        """The person of an identify that names an email."""
        person, other = self.people.get(call.user), self.people.get(named)
        if person is None and call.user.startswith("id:"):
            id_ = call.user.removeprefix("id:")
            if other is None or (other.id is not None and self.settings.on_id_conflict == "fail"):
                person = Person(call.stamp[0], id=id_, email=email if other is None else None)
            else:
                person = other
                self._rename(person, "id", id_)
                if named not in self._own(person) and self.settings.allow_email_update_using_id:
                    self._rename(person, "email", email)  # it was that of somebody merged
            self._bind(person)
            return person
        person = self._person(call)
        if named in (call.user, f"email:{(person.email or '').lower()}"):
            return person
        allowed = call.user.startswith("id:") and self.settings.allow_email_update_using_id
        if other in (None, person) and (person.email is None or allowed):
            self._rename(person, "email", email)
        elif other is not None and self.settings.auto_merge and {person.half, other.half} == {"id", "email"}:
            primary, secondary = (person, other) if person.created <= other.created else (other, person)
            self._merge(primary, secondary, halves=True)
            if named not in self._own(primary) and allowed:
                self._rename(primary, "email", email)
            return primary
        self._bind(person)
        return person

    def _with_id(self, person: Person, wanted: str) -> Person:
        """The person of an identify by email that names an id besides."""
        other = self.people.get(wanted)
        if other is None:
            self._rename(person, "id", wanted.removeprefix("id:"))
        elif self.settings.auto_merge and other.half == "id":
            primary, secondary = (person, other) if person.created <= other.created else (other, person)
            self._merge(primary, secondary, halves=True)
            return primary
        return person

    def _rename(self, person: Person, kind: str, name: str) -> None:
        old = person.id if kind == "id" else person.email
        if old is not None:
            del self.people[f"{kind}:{old.lower() if kind == 'email' else old}"]
        setattr(person, kind, name)
        self._bind(person)

    def _bind(self, person: Person) -> None:
        for handle in self._own(person):
            self.people[handle] = person
            self._take_deferred(handle)

    def _own(self, person: Person) -> list[str]:
        own = [] if person.id is None else [f"id:{person.id}"]
        return own if person.email is None else [*own, f"email:{person.email.lower()}"]

    def _take_deferred(self, handle: str) -> None:
        for waiting in self.deferred.pop(handle, []):
            self._group(self.people[handle], waiting)

    def _take_waiting(self, person: Person) -> None:
        waiting, person.groups = person.groups, []
        for by, call in waiting:
            self._group(person, call, by)

    # ---- what people do -------------------------------------------------------------------------------------------

    def _done(self, person: Person, call: Call) -> None:
        """An event, or something about a device."""
        token = token_of(call)
        if not token:
            person.events.add(str(call.event["messageId"]))
        elif call.name != "Application Uninstalled":
            device = self.devices.setdefault(token, Device())
            device.given.append((call.stamp[0], person, properties(call)))
            if call.stamp[0] >= device.used:
                device.used, device.owner = call.stamp[0], person
        else:
            self.devices.setdefault(token, Device()).removals.append((call.stamp[0], person))

    def _group(self, person: Person, call: Call, by: float = 0.0) -> None:
        if not person.identified:
            person.groups.append((by, call))
            return
        at = call.stamp[0] - by
        if call.kind != "group":
            name = str(properties(call)["objectId"])
            person.ended[name] = max(at, person.ended.get(name, NEVER))
            self._forget(person, name)
            return
        name = str(call.event["groupId"])
        if call.stamp[0] > self.deleted.get(name, 0.0):
            self._update(self.objects.setdefault(name, {}), object_attributes(call), call.stamp[0])
            if at > person.ended.get(name, NEVER):
                related = person.related.setdefault(name, {RELATED: (at, True)})
                self._update(related, {RELATED: True, **relationship_attributes(call)}, at)

    def _forget(self, person: Person, name: str) -> None:
        """What is not newer than its end of a relationship."""
        ended, values = person.ended.get(name, NEVER), person.related.pop(name, {})
        values = {one: value for one, value in values.items() if value[0] > ended}
        if RELATED in values:
            person.related[name] = values

    def _update(self, values: Values, given: JsonObject, at: float) -> None:
        for name, value in given.items():
            if name not in values or at >= values[name][0]:
                values[name] = (at, None if value == "" else value)

    def _delete_object(self, name: str, at: float) -> None:
        self.objects.pop(name, None)
        self.deleted[name] = at
        for person in self.people.values():
            person.related.pop(name, None)

    # ---- anonymous activity ---------------------------------------------------------------------------------------

    def _anonymous(self, call: Call) -> None:
        browser = self.browsers.setdefault(call.anonymous, Browser())
        if browser.owner is None or (self._is_event(call) and not self.settings.anonymous_merge):
            browser.waiting.append(call)
        elif call.kind == "group" or call.name == "Relationship Deleted":
            self._group(browser.owner, call)
        else:
            self._done(browser.owner, call)

    def _is_event(self, call: Call) -> bool:
        return call.kind != "group" and call.name != "Relationship Deleted" and not token_of(call)

    def _link(self, person: Person, anonymous: str) -> None:
        person.anonymous.add(anonymous)
        browser = self.browsers.setdefault(anonymous, Browser())
        browser.owner = person
        waiting, browser.waiting = browser.waiting, []
        for call in waiting:
            self._anonymous(call)

    # ---- merges and ends ------------------------------------------------------------------------------------------

    def _alias(self, call: Call) -> None:
        previous = str(call.event["previousId"])
        named = f"email:{previous.lower()}" if "@" in previous else f"id:{previous}"
        primary, secondary = self.people.get(call.user), self.people.get(named)
        if call.user in self.blocked or named in self.blocked or named == call.user or primary is None:
            return
        if secondary is None:
            if named.startswith("id:"):
                self._link(primary, previous)
        elif secondary is not primary:
            self._merge(primary, secondary, halves=False)

    def _merge(self, primary: Person, secondary: Person, *, halves: bool) -> None:
        for handle, person in self.people.items():
            if person is secondary:
                self.people[handle] = primary
        if secondary.identified and not primary.identified:  # what waited counts as if it had not, before the merge
            primary.identified = True
            self._take_waiting(primary)
        primary.created = min(primary.created, secondary.created)
        primary.id = secondary.id if primary.id is None else primary.id
        primary.email = secondary.email if primary.email is None else primary.email
        levels = 0 if halves else primary.level + 1
        by = levels * LEVEL
        self._fill(primary.values, secondary.values, by, halves=halves)
        primary.level = max(primary.level, levels + secondary.level)
        for name, values in secondary.related.items():
            lacking = name not in primary.related and not halves and RELATED in values
            again = primary.ended.get(name, NEVER) + JUST_AFTER if lacking else NEVER
            mine = primary.related.setdefault(name, {})
            for one, (at, value) in values.items():
                if at - by > mine.get(one, (NEVER, None))[0]:
                    mine[one] = (max(at - by, again), value)
        for name, at in secondary.ended.items():
            primary.ended[name] = max(at - by, primary.ended.get(name, NEVER))
        for name in [*primary.related]:
            self._forget(primary, name)
        primary.events |= secondary.events
        primary.anonymous |= secondary.anonymous
        primary.groups += [(by + before, call) for before, call in secondary.groups]
        for browser in self.browsers.values():
            browser.owner = primary if browser.owner is secondary else browser.owner
        for device in self.devices.values():
            device.owner = primary if device.owner is secondary else device.owner
            device.removals = [(at, primary if by is secondary else by) for at, by in device.removals]
            device.given = [(at, primary if by is secondary else by, one) for at, by, one in device.given]
        if primary.identified:
            self._take_waiting(primary)

    def _fill(self, values: Values, others: Values, by: float, *, halves: bool) -> None:
        """The primary's values stay, but for what it lacks; of two halves of one person the newest do."""
        for name, (at, value) in others.items():
            known, mine = values.get(name, (NEVER, None))
            if halves and at > known:
                values[name] = (at, value)
            elif not halves and mine is None and (value is not None or name not in values):
                values[name] = (known if name in values else at - by, value)

    def _erase(self, call: Call) -> None:
        person = self.people.get(call.user)
        handles = frozenset(handle for handle, one in self.people.items() if one is person) if person else {call.user}
        if call.name == "User Unsuppressed":
            for handle in self.blocked.get(call.user, ()):
                self.blocked.pop(handle)
            return
        if call.user in self.blocked:
            return
        for handle in handles:
            self.people.pop(handle, None)
            self.deferred.pop(handle, None)
            if call.name == "User Suppressed":
                self.blocked[handle] = frozenset(handles)
        for browser in self.browsers.values():
            browser.owner = None if browser.owner is person else browser.owner
        for device in self.devices.values():
            device.owner = None if device.owner is person else device.owner

    # ---- the outcome ----------------------------------------------------------------------------------------------

    def described(self) -> JsonObject:
        """As comparing.py describes a picture, emails in lower case."""
        people = {id(person): person for person in self.people.values()}.values()
        names = {id(person): self._own(person)[0] for person in people}
        return {
            "people": {names[id(person)]: self._described(person) for person in people},
            "objects": {name: shown(values) for name, values in self.objects.items()},
            "anonymous": {
                name: {
                    "linked_to": None if browser.owner is None else names[id(browser.owner)],
                    "waiting": len(browser.waiting),
                }
                for name, browser in self.browsers.items()
            },
            "suppressed": [*sorted(self.blocked)],
        }

    def _described(self, person: Person) -> JsonObject:
        return {
            "email": None if person.email is None else person.email.lower(),
            "attributes": shown(person.values),
            "anonymous_ids": [*sorted(person.anonymous)],
            "events": [*sorted(person.events)],
            "relationships": {name: shown(values) for name, values in person.related.items()},
            "devices": {token: one.attributes() for token, one in self.devices.items() if one.holder is person},
        }


def shown(values: Values) -> JsonObject:
    return newest([((at, name), {name: value}) for name, (at, value) in values.items() if name != RELATED])
