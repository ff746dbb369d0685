"""A workspace to try things in: Segment events through the real decisions, each settled before the next."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription, Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.simulation import Arrival, Simulation
from worker.workspace.changes import WorkspaceChange
from worker.workspace.picture import Picture, shown
from worker.workspace.settings import WorkspaceSettings

START = 1_709_542_800.0
"""Time 0 of a world, in unix seconds."""


class World:
    """Times are seconds after START; without one, an event is a minute later than the one before."""

    def __init__(
        self,
        settings: WorkspaceSettings | None = None,
        partitions: int = 3,
        more: Sequence[Subscription] = (),
        *,
        first: bool = False,
    ) -> None:
        """With `more` subscriptions than the automatic ones, after them or `first`."""
        settings = WorkspaceSettings() if settings is None else settings
        actions = ActionSettings(identifiers=settings.identifiers)
        subscriptions = Subscriptions.compile(
            [*more, *automatic(actions)] if first else [*automatic(actions), *more], actions
        )
        self.simulation = Simulation(subscriptions, settings, partitions, Random(0))
        self._number = 0
        self._clock = 0.0
        self._arrived = START

    def send(self, event: JsonObject, at: float | None = None, *, arrived: float | None = None, name: str = "") -> str:
        """Its messageId, which is `name` if given."""
        self._clock = self._clock + 60 if at is None else at
        message_id = name or f"m{self._number}"
        self._number += 1
        time = START + self._clock
        self._arrived = max(self._arrived + 1, time if arrived is None else START + arrived)
        stamp = datetime.fromtimestamp(time, UTC).isoformat()
        full: JsonObject = {**event, "messageId": message_id, "timestamp": stamp}
        self.simulation.arrive(Arrival(full, self._arrived), interleave=False)
        self.simulation.network.settle()
        return message_id

    def identify(self, user: str, at: float | None = None, anonymous: str = "", **traits: Json) -> str:
        event: JsonObject = {"type": "identify", "userId": user, "traits": traits}
        return self.send({**event, "anonymousId": anonymous} if anonymous else event, at)

    def change_email(self, old: str, new: str, at: float | None = None) -> str:
        """By cio_id, which changes the email of anybody."""
        return self.identify(f"cio_{self.person(old)['cio_id']}", at, email=new)

    def track(self, user: str = "", at: float | None = None, *, anonymous: str = "", name: str = "") -> str:
        who: JsonObject = {"userId": user} if user else {"anonymousId": anonymous}
        return self.send({**who, "type": "track", "event": "Done", "properties": {}}, at, name=name)

    def semantic(self, event: str, user: str, at: float | None = None, **properties: Json) -> str:
        """User Deleted, Object Deleted and the like."""
        return self.send({"type": "track", "event": event, "userId": user, "properties": properties}, at)

    def group(self, group: str, user: str = "", at: float | None = None, *, anonymous: str = "", **traits: Json) -> str:
        who: JsonObject = {"userId": user} if user else {"anonymousId": anonymous}
        return self.send({**who, "type": "group", "groupId": group, "traits": traits}, at)

    def device(
        self, token: str, user: str, at: float | None = None, *, removed: bool = False, **attributes: Json
    ) -> str:
        name = "Application Uninstalled" if removed else "Application Opened"
        event: JsonObject = {"type": "track", "event": name, "userId": user, "properties": attributes}
        return self.send({**event, "context": {"device": {"token": token, "type": "iOS"}}}, at)

    def alias(self, primary: str, secondary: str, at: float | None = None) -> str:
        return self.send({"type": "alias", "userId": primary, "previousId": secondary}, at)

    def again(self, event: JsonObject) -> None:
        """An event as it stands, its messageId and timestamp included."""
        self._arrived += 1
        self.simulation.arrive(Arrival(event, self._arrived), interleave=False)
        self.simulation.network.settle()

    def shown(self) -> JsonObject:
        picture = Picture()
        for change in self.changes():
            picture.apply(change)
        return shown(picture)

    def changes(self) -> list[WorkspaceChange]:
        return list(self.simulation.network.published())

    def told(self, kind: str) -> list[WorkspaceChange]:
        """The changes of that type."""
        return [change for change in self.changes() if change.__struct_config__.tag == kind]

    def people(self) -> list[JsonObject]:
        return items(self.shown()["people"])

    def person(self, name: str) -> JsonObject:
        """By id or email."""
        found = [one for one in self.people() if name in (one["id"], str(one["email"]).lower())]
        assert len(found) == 1, f"{len(found)} people are {name}"
        return found[0]

    def events(self, name: str) -> list[Json]:
        """The ids of a person's events."""
        return [event["id"] for event in items(self.person(name)["events"])]

    def related(self, name: str) -> dict[str, Json]:
        """The attributes of a person's relationships, by object."""
        return {str(one["object_id"]): one["attributes"] for one in items(self.person(name)["relationships"])}

    def tokens(self, name: str) -> list[Json]:
        return [device["token"] for device in items(self.person(name)["devices"])]

    def objects(self) -> dict[str, Json]:
        return {str(one["object_id"]): one["attributes"] for one in items(self.shown()["objects"])}

    def waiting(self, anonymous: str) -> Json:
        return next(one["waiting"] for one in items(self.shown()["anonymous"]) if one["anonymous_id"] == anonymous)


def items(value: Json) -> list[JsonObject]:
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, dict)]
