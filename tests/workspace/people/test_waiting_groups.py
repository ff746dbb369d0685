"""Group calls of somebody who is not identified yet: a repeat needs no place of its own."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.queues import SEARCHED
from worker.workspace.values.records import Waiting


def group(number: int, company: str = "", **traits: str) -> JsonObject:
    return {
        "type": "group",
        "userId": "u1",
        "groupId": company or f"company-{number}",
        "traits": {"plan": "pro", **traits},
        "messageId": f"g{number}",
        "timestamp": f"2026-11-01T00:00:{number % 60:02}Z",
    }


def waiting(world: World) -> int:
    """Records of calls that wait, in all tables."""
    tables = world.simulation.network.tables.values()
    return sum(isinstance(value, Waiting) for table in tables for value in table.values())


@pytest.mark.parametrize("known", [False, True], ids=["nobody has the id", "a person who was never identified"])
def test_a_repeat_takes_no_room(known: bool) -> None:
    world = World()
    if known:
        world.track("u1")
    for number in range(5):
        world.again(group(number))
    assert waiting(world) == 5
    for _ in range(3):
        for number in range(5):
            world.again(group(number))
    assert waiting(world) == 5
    assert len(world.told("call_deferred")) == 5
    world.identify("u1")
    assert waiting(world) == 0
    (person,) = _people(world)
    related = person["relationships"]
    assert isinstance(related, list)
    assert len(related) == 5


def test_a_call_that_says_something_else_under_the_same_message_id_waits_too() -> None:
    world = World()
    world.again(group(1))
    for other in (group(1, "another"), group(1, city="Bern"), group(2, "company-1")):
        world.again(other)
    assert waiting(world) == 4


def test_what_is_looked_at_is_bounded_and_more_does_no_harm() -> None:
    world = World()
    for _ in range(2):
        for number in range(SEARCHED + 3):
            world.again(group(number))
    assert waiting(world) == SEARCHED + 6
    world.identify("u1")
    (person,) = _people(world)
    related = person["relationships"]
    assert isinstance(related, list)
    assert len(related) == SEARCHED + 3


def _people(world: World) -> list[JsonObject]:
    found = world.shown()["people"]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]
