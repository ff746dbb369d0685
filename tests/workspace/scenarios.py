"""The recorded scenarios, and the orders of arrival in which each must hold."""

import random
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import orjson
from msgspec import Struct

from worker.config import workspace_of
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.simulation import Arrival, simulate

DATA = Path(__file__).parent / "data"


class Stage(Struct, frozen=True):
    """Events, and what the workspace is after them and all before."""

    events: list[JsonObject]
    expect: JsonObject


class Scenario(Struct, frozen=True):
    """A row of a file of scenarios."""

    id: str
    rule: str
    source: str
    config: JsonObject
    orders: str
    stages: list[Stage]


def load(file: str) -> list[Scenario]:
    return [_scenario(row) for row in objects(orjson.loads((DATA / file).read_bytes()))]


def _scenario(row: JsonObject) -> Scenario:
    stages = [Stage(objects(one["events"]), as_object(one["expect"])) for one in objects(row.get("stages") or [row])]
    texts = {name: str(row[name]) for name in ("id", "rule", "source", "orders")}
    return Scenario(**texts, config=as_object(row["config"]), stages=stages)


def orders(scenario: Scenario, permutations: int, apart: float = 1.0) -> Iterator[list[Stage]]:
    """The stages as given; then the events in other orders, if it holds for these too, that many seconds apart."""
    yield scenario.stages
    if scenario.orders == "given":
        return
    (stage,) = scenario.stages
    chance = random.Random(scenario.id)
    for _ in range(permutations):
        yield [
            Stage(_reordered(stage.events, chance, by_user=scenario.orders == "interleaved", apart=apart), stage.expect)
        ]


def _reordered(events: list[JsonObject], chance: random.Random, *, by_user: bool, apart: float) -> list[JsonObject]:
    order = chance.sample(events, len(events))
    if by_user:
        users = _users(events)
        left = {user: [event for event in events if users[id(event)] == user] for user in users.values()}
        order = [left[users[id(event)]].pop(0) for event in order]
    newest = max(datetime.fromisoformat(str(event["timestamp"]).replace("Z", "+00:00")) for event in events)
    start = int(newest.timestamp()) + 1
    return [{"_at": start + place * apart, **event} for place, event in enumerate(order)]


def _users(events: Sequence[JsonObject]) -> dict[int, int]:
    """A number for the user of each event, by the event's id(): events that share a name are of one user."""
    groups: list[tuple[set[str], list[int]]] = []
    for event in events:
        names = {str(name) for name in _names(event) if name}
        mine = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        merged = (names.union(*(group[0] for group in mine)), [id(event), *(at for group in mine for at in group[1])])
        groups.append(merged)
    return {event: number for number, group in enumerate(groups) for event in group[1]}


def _names(event: JsonObject) -> list[Json]:
    traits = event.get("traits")
    email = traits.get("email") if isinstance(traits, dict) else None
    return [event.get("userId"), event.get("anonymousId"), event.get("previousId"), email]


@cache
def compiled(actions: ActionSettings) -> Subscriptions:
    return Subscriptions.compile(automatic(actions), actions)


class Run:
    """A scenario stage by stage: each on all events so far."""

    def __init__(self, scenario: Scenario, partitions: int, seed: int | None) -> None:
        self._settings = workspace_of(scenario.config)
        self._subscriptions = compiled(self._settings.action_settings())
        self._partitions = partitions
        self._seed = seed
        self._events: list[JsonObject] = []

    def workspace_after(self, stage: Stage, labels: dict[str, str]) -> JsonObject:
        """`{{a}}` in an event stands for the cio_id that label a stands for."""
        text = orjson.dumps(stage.events).decode()
        self._events += objects(orjson.loads(re.sub(r"\{\{(\w+)\}\}", lambda found: labels[found[1]], text)))
        return simulate(
            [_arrival(event) for event in self._events],
            self._subscriptions,
            self._settings,
            partitions=self._partitions,
            seed=self._seed,
        )


def _arrival(event: JsonObject) -> Arrival:
    at = event.get("_at")
    assert at is None or isinstance(at, int | float)
    return Arrival({name: value for name, value in event.items() if name != "_at"}, at)


def as_object(value: Json) -> JsonObject:
    assert isinstance(value, dict)
    return value


def objects(value: Json) -> list[JsonObject]:
    assert isinstance(value, list)
    return [as_object(one) for one in value]
