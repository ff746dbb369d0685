"""An identify that names somebody suppressed or deleted is ignored whole, and leaves nothing (docs/workspace.md)."""

from random import Random

import pytest

from tests.workspace.world import START, World, items
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, Simulation
from worker.workspace.picture import Picture, shown
from worker.workspace.settings import WorkspaceSettings

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
SEEDS = 60

OTHERS: list[dict[str, str]] = [{"email": "gone@x.io"}, {"id": "gone"}, {"email": "gone@x.io", "id": "u2"}]


def suppressed() -> World:
    world = World(partitions=6)
    world.identify("gone", email="gone@x.io")
    world.semantic("User Suppressed", "gone")
    return world


@pytest.mark.parametrize("user", ["new@x.io", "new"])
@pytest.mark.parametrize("traits", OTHERS)
def test_it_makes_nobody(user: str, traits: dict[str, str]) -> None:
    world = suppressed()
    world.send({"type": "identify", "userId": user, "traits": {**traits, "plan": "pro"}})
    assert world.people() == []
    assert len(world.told("ignored_suppressed")) == 1
    world.identify(user, plan="free")
    assert world.person(user)["attributes"] == {"plan": "free"}


@pytest.mark.parametrize("traits", OTHERS)
def test_nor_does_one_from_before_a_deletion(traits: dict[str, str]) -> None:
    world = World(partitions=6)
    world.identify("gone", at=0, email="gone@x.io")
    world.semantic("User Deleted", "gone", at=50)
    world.send({"type": "identify", "userId": "new@x.io", "traits": {**traits}}, at=40)
    assert world.people() == []
    assert len(world.told("ignored_deleted")) == 1


def test_a_lead_gets_no_id() -> None:
    world = suppressed()
    world.identify("lead@x.io")
    world.identify("ada", email="lead@x.io", id="gone")
    assert world.person("lead@x.io")["id"] is None
    world.identify("ada", email="lead@x.io")
    assert world.person("lead@x.io")["id"] == "ada"


@pytest.mark.parametrize("by_cio_id", [True, False])
def test_two_halves_of_a_person_are_not_merged(by_cio_id: bool) -> None:
    world = suppressed()
    world.identify("ada")
    world.identify("lead@x.io")
    user = f"cio_{world.person('ada')['cio_id']}" if by_cio_id else "ada"
    world.identify(user, email="lead@x.io", id="gone")
    assert [one["id"] for one in world.people()] == ["ada", None]


def test_it_stays_ignored_when_it_is_repeated() -> None:
    world = suppressed()
    asking: JsonObject = {"type": "identify", "userId": "ada", "traits": {"id": "gone"}}
    world.send(asking, at=500, name="asking")
    world.semantic("User Unsuppressed", "gone", at=600)
    world.send(asking, at=500, name="asking")
    assert world.people() == []


def test_what_comes_meanwhile_waits_and_keeps_its_order() -> None:
    """The identify travels, the alias comes behind it: there is somebody to merge into."""
    for seed in range(SEEDS):
        people = people_after(
            seed,
            {"type": "identify", "userId": "ada@x.io", "traits": {"id": "u1"}},
            {"type": "alias", "userId": "ada@x.io", "previousId": "visitor"},
            {"type": "track", "event": "Done", "userId": "ada@x.io", "properties": {}},
        )
        (person,) = people
        assert (person["id"], person["anonymous_ids"], len(items(person["events"]))) == ("u1", ["visitor"], 1), (
            f"seed {seed}"
        )


def test_identifies_that_name_each_others_handles_do_not_wait_for_each_other() -> None:
    for seed in range(SEEDS):
        people = people_after(
            seed,
            {"type": "identify", "userId": "u1", "traits": {"email": "a@x.io", "id": "u2"}},
            {"type": "identify", "userId": "a@x.io", "traits": {"id": "u1", "email": "b@x.io"}},
            {"type": "identify", "userId": "b@x.io", "traits": {"id": "u2", "email": "a@x.io"}},
            {"type": "identify", "userId": "u2", "traits": {"email": "b@x.io", "id": "u1"}},
            {"type": "track", "event": "Done", "userId": "u1", "properties": {}},
        )
        names = [str(name) for person in people for name in (person["id"], person["email"]) if name is not None]
        assert sorted(names) == ["a@x.io", "b@x.io", "u1", "u2"], f"seed {seed}"
        assert sum(len(items(person["events"])) for person in people) == 1, f"seed {seed}"


def people_after(seed: int, *events: JsonObject) -> list[JsonObject]:
    """The people after events of one time on six partitions; only those of one sender keep their order."""
    simulation, picture = Simulation(SUBSCRIPTIONS, WorkspaceSettings(), 6, Random(seed)), Picture()
    for number, event in enumerate(events):
        full: JsonObject = {**event, "messageId": f"m{number}", "timestamp": int(START) + number}
        simulation.arrive(Arrival(full, START + 100), interleave=True)
    simulation.network.settle()
    for change in simulation.network.published():
        picture.apply(change)
    return items(shown(picture)["people"])
