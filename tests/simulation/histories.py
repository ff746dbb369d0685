"""Histories: Segment events of few people, so that everything collides with everything."""

from datetime import UTC, datetime
from random import Random

from msgspec import Struct

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.moments import stamp
from worker.segment.events import check_event
from worker.workspace.effects import Effect
from worker.workspace.messages.cause import Cause
from worker.workspace.routing import joined, route
from worker.workspace.settings import WorkspaceSettings

START = 1_709_542_800.0
"""Unix seconds at which the histories begin."""

ERASURES = ("User Deleted", "User Suppressed", "User Unsuppressed")


class Step(Struct, frozen=True):
    """An event and its arrival in unix seconds."""

    event: JsonObject
    arrived: float


class Names(Struct, frozen=True):
    """Who and what a history is about."""

    ids: tuple[str, ...] = ("u0", "u1", "u2", "u3")
    emails: tuple[str, ...] = ("e0@x.io", "e1@x.io", "E1@X.io", "e2@x.io", "e3@x.io")
    anonymous: tuple[str, ...] = ("a0", "a1", "a2")
    objects: tuple[str, ...] = ("acme", "globex")
    tokens: tuple[str, ...] = ("t0", "t1")
    attributes: tuple[str, ...] = ("plan", "city", "seats")


def isoformat(time: float) -> str:
    return stamp(datetime.fromtimestamp(time, UTC))


class Writer:
    """Writes events of times that mostly rise; some are late, by `late_by` seconds."""

    late_by: tuple[float, ...] = (1.0, 90.0, 5_000.0, 40_000.0, 40 * 86_400.0)

    def __init__(self, random: Random, names: Names, *, late: float) -> None:
        self.random = random
        self.names = names
        self.steps: list[Step] = []
        self._late = late
        self._now = START

    def write(self, event: JsonObject) -> None:
        random = self.random
        self._now += random.choice((0.25, 1.0, 60.0, 3600.0))
        time = self._now
        if random.random() < self._late:
            time -= random.choice(self.late_by)
        number = len(self.steps)
        full: JsonObject = {**event, "messageId": f"m{number:04}", "timestamp": isoformat(time)}
        self.steps.append(Step(full, self._now + 0.1))

    def pick(self, values: tuple[str, ...]) -> str:
        return self.random.choice(values)

    def traits(self) -> JsonObject:
        random = self.random
        chosen: list[Json] = ["free", "pro", 5, True, None, ""]
        return {name: random.choice(chosen) for name in self.names.attributes if random.random() < 0.5}

    def identify(self) -> None:
        random = self.random
        traits = self.traits()
        if random.random() < 0.6:
            traits["email"] = self.pick(self.names.emails)
        if random.random() < 0.08:
            traits["id"] = self.pick(self.names.ids)
        event: JsonObject = {"type": "identify", "traits": traits, "userId": self.person()}
        if random.random() < 0.3:
            event["userId"] = ""
        if random.random() < 0.3:
            event["anonymousId"] = self.pick(self.names.anonymous)
        if random.random() < 0.1:
            event["context"] = {"device": {"token": self.pick(self.names.tokens), "type": "ios"}}
        self.write(event)

    def person(self) -> str:
        """A userId, sometimes one that is an email."""
        return self.pick(self.names.ids) if self.random.random() < 0.8 else self.pick(self.names.emails)

    def who(self) -> JsonObject:
        """A userId, or only an anonymousId."""
        if self.random.random() < 0.6:
            return {"userId": self.person()}
        return {"anonymousId": self.pick(self.names.anonymous)}

    def track(self) -> None:
        kind = self.random.choice(("track", "track", "page", "screen"))
        event: JsonObject = {**self.who(), "type": kind, "properties": {"url": "https://x.io/"}}
        if kind == "track":
            event["event"] = "Something Done"
        elif kind == "screen":
            event["name"] = "Home"
        self.write(event)

    def group(self) -> None:
        traits = self.traits()
        if self.random.random() < 0.5:
            traits["relationshipAttributes"] = self.traits()
        self.write({**self.who(), "type": "group", "groupId": self.pick(self.names.objects), "traits": traits})

    def device(self) -> None:
        name = self.random.choice(("Application Opened", "Application Installed", "Application Uninstalled"))
        device: JsonObject = {"token": self.pick(self.names.tokens), "type": "android"}
        number = len(self.steps)
        given: JsonObject = {self.names.attributes[number % 3]: None if number % 7 == 0 else number}
        properties: JsonObject = {} if name == "Application Uninstalled" else given
        event: JsonObject = {"type": "track", "event": name, "context": {"device": device}, "properties": properties}
        self.write({**self.who(), **event})

    def removal(self) -> None:
        name = self.random.choice(("Object Deleted", "Relationship Deleted"))
        properties: JsonObject = {"objectId": self.pick(self.names.objects)}
        who: JsonObject = {"userId": self.person()} if name == "Object Deleted" else self.who()
        self.write({**who, "type": "track", "event": name, "properties": properties})

    def alias(self) -> None:
        previous = self.person() if self.random.random() < 0.8 else self.pick(self.names.anonymous)
        self.write({"type": "alias", "userId": self.person(), "previousId": previous})

    def erase(self) -> None:
        name = self.random.choice(("User Deleted", "User Deleted", "User Suppressed", "User Unsuppressed"))
        self.write({"type": "track", "event": name, "userId": self.person(), "properties": {}})


def chaos(random: Random, length: int) -> list[Step]:
    """Everything there is, in any order."""
    writer = Writer(random, Names(), late=random.choice((0.0, 0.1, 0.4)))
    kinds = [writer.identify] * 8 + [writer.track] * 8 + [writer.group] * 4 + [writer.device] * 3
    kinds += [writer.removal] * random.randrange(3) + [writer.alias] * random.randrange(4)
    kinds += [writer.erase] * random.randrange(3)
    while len(writer.steps) < length:
        random.choice(kinds)()
    return writer.steps


def orderly(random: Random, length: int) -> list[Step]:
    """No conflicts of identity, so that the order of arrival must not matter (see oracle.py).

    Ids c0 to c2 go with an email of their own, c3 and c4 with none; l0 and l1 are leads. a0 to a3 are somebody's only
    browser; a9 is shared, and only used for events.
    """
    writer = _Orderly(random, Names(), late=random.choice((0.0, 0.2, 0.5)))
    kinds = [writer.identify] * 6 + [writer.track] * 7 + [writer.group] * 4 + [writer.device] * 3 + [writer.removal]
    while len(writer.steps) < length:
        random.choice(kinds)()
    return writer.steps


class _Orderly(Writer):
    """Writes what needs no decision between people."""

    late_by = (1.0, 90.0, 5_000.0, 40_000.0)

    def __init__(self, random: Random, names: Names, *, late: float) -> None:
        super().__init__(random, names, late=late)
        self._shared = {name: random.randrange(6) for name in ("c0", "c1", "c3")}

    def identify(self) -> None:
        random = self.random
        traits = self.traits()
        number = random.randrange(7)
        if number < 3:
            event: JsonObject = {"userId": f"c{number}"}
            traits["email"] = random.choice((f"c{number}@x.io", f"C{number}@X.io"))
            if random.random() < 0.25:
                event = {"userId": ""}
        elif number < 5:
            event = {"userId": f"c{number}"}
        else:
            event = {"userId": ""}
            traits["email"] = f"l{number - 5}@x.io"
        name = f"c{number}"
        if number < 4 and random.random() < 0.3:
            event["anonymousId"] = f"a{number}"
        elif event["userId"] and self._shared.get(name, 0) and random.random() < 0.3:
            self._shared[name] -= 1
            event["anonymousId"] = "a9"
        if random.random() < 0.1:
            event["context"] = {"device": {"token": self.pick(self.names.tokens), "type": "ios"}}
        self.write({**event, "type": "identify", "traits": traits})

    def person(self) -> str:
        return self.pick(("c0", "c1", "c2", "c3", "c4", "c0@x.io", "C1@x.io", "l0@x.io", "l1@x.io"))

    def who(self) -> JsonObject:
        if self.random.random() < 0.6:
            return {"userId": self.person()}
        return {"anonymousId": f"a{self.random.randrange(5)}"}

    def track(self) -> None:
        if self.random.random() < 0.2:
            self.write({"type": "track", "event": "Something Done", "anonymousId": "a9", "properties": {}})
        else:
            super().track()


def in_order(random: Random, length: int, *, more_names: bool = False) -> list[Step]:
    """Everything there is, in order of time, as far as the plain model goes (plain.py)."""
    writer = (_MoreNames if more_names else _InOrder)(random, Names(), late=0.0)
    kinds = [writer.identify] * 8 + [writer.track] * 6 + [writer.group] * 4 + [writer.device] * 3
    kinds += [writer.removal] * random.randrange(3) + [writer.alias] * random.randrange(4)
    kinds += [writer.erase] * random.randrange(3)
    while len(writer.steps) < length:
        random.choice(kinds)()
    return writer.steps


class _InOrder(Writer):
    """An identify names one id and one email at most."""

    def identify(self) -> None:
        random = self.random
        traits = self.traits()
        event: JsonObject = {"type": "identify", "traits": traits, "userId": self.person()}
        if random.random() < 0.2:
            event["userId"] = ""
        if "@" not in str(event["userId"]) and random.random() < 0.6:
            traits["email"] = self.pick(self.names.emails)
        if random.random() < 0.3:
            event["anonymousId"] = self.pick(self.names.anonymous)
        if random.random() < 0.1:
            event["context"] = {"device": {"token": self.pick(self.names.tokens), "type": "ios"}}
        self.write(event)


class _MoreNames(_InOrder):
    """An identify may name two ids, two emails, or all four."""

    def write(self, event: JsonObject) -> None:
        traits = event.get("traits")
        if event["type"] == "identify" and isinstance(traits, dict):
            if self.random.random() < 0.3:
                traits["id"] = self.pick(self.names.ids)
            if "@" in str(event["userId"]) and self.random.random() < 0.3:
                traits["email"] = self.pick(self.names.emails)
        super().write(event)


class Router:
    """The inbound topic and agent route: events to effects, through the real subscriptions."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.settings = settings
        actions = ActionSettings(identifiers=settings.identifiers)
        self._subscriptions = Subscriptions.compile(automatic(actions), actions)

    def route(self, step: Step, partition: int, offset: int) -> list[Effect]:
        event = check_event(step.event)
        assert event.message_id is not None
        assert event.time is not None
        cause = Cause(event.message_id, event.time, step.arrived, "segment.events", partition, offset)
        return [
            effect
            for outcome in self._subscriptions.commands(event, step.arrived)
            for command in joined(outcome.commands)
            for effect in route(command, cause, self.settings)
        ]
