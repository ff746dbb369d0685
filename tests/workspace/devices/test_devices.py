"""A device belongs to the person who used it last."""

from itertools import permutations

import pytest

from tests.workspace.world import START, World, items
from worker.jsontypes import Json, JsonObject
from worker.workspace.changes import DeviceChanged
from worker.workspace.devices.decide import PEOPLE_MAX
from worker.workspace.values.devices import Device

DEVICE: JsonObject = {"device": {"token": "t", "type": "ios"}}


def test_it_is_added_and_updated() -> None:
    world = World()
    world.device("t", "ada", at=10, version="1")
    world.device("t", "ada", at=20, version="2")
    world.device("t", "ada", at=5, version="0", old=True)
    (device,) = items(world.person("ada")["devices"])
    assert device["platform"] == "ios"
    assert isinstance(device["attributes"], dict)
    assert device["attributes"]["version"] == "2"
    assert device["attributes"]["old"] is True
    assert len(world.told("device_gained")) == 1


def test_a_change_from_true_to_1_is_told() -> None:
    world = World()
    for at, value in ((10.2, True), (10.4, 1)):  # within a second, so that nothing else changes
        world.device("t", "ada", at=at, push=value)
    (device,) = items(world.person("ada")["devices"])
    assert isinstance(device["attributes"], dict)
    assert str(device["attributes"]["push"]) == "1"


def test_it_moves_to_who_used_it_last_in_any_order_of_arrival() -> None:
    world = World()
    world.device("t", "bob", at=20)
    world.device("t", "ada", at=10)
    assert world.tokens("bob") == ["t"]
    assert world.tokens("ada") == []
    world.device("t", "ada", at=30)
    assert world.tokens("ada") == ["t"]
    assert world.tokens("bob") == []
    world.device("t", "ada", at=40, removed=True)
    assert [getattr(one, "reason", None) for one in world.told("device_lost")] == ["moved", "removed"]


@pytest.mark.parametrize("told", [int(START) * 1000, str(int(START) * 1000), int(START), str(int(START))])
def test_whatever_unit_the_time_has(told: int | str) -> None:
    world = World()
    world.again(
        {"type": "track", "event": "Application Opened", "userId": "ada", "messageId": "m", "timestamp": told,
         "context": {"device": {"token": "t", "type": "ios"}}, "properties": {}}
    )  # fmt: skip
    (device,) = items(world.person("ada")["devices"])
    assert device["last_used"] == START
    world.device("t", "bob", at=3600)
    assert world.tokens("bob") == ["t"]


def test_only_its_owner_removes_it_and_not_before_its_last_use() -> None:
    world = World()
    world.device("t", "ada", at=20)
    world.device("t", "bob", at=30, removed=True)
    world.device("t", "ada", at=10, removed=True)
    assert world.tokens("ada") == ["t"]
    world.device("t", "ada", at=30, removed=True)
    assert world.tokens("ada") == []
    world.device("t", "ada", at=40)
    assert world.tokens("ada") == ["t"]


def test_its_owners_removal_takes_the_attributes_with_it_also_if_they_come_late() -> None:
    world = World()
    world.device("t", "ada", at=10, version="1")
    world.device("t", "ada", at=30, removed=True)
    removed = world.told("device_changed")[-1]
    assert (getattr(removed, "cio_id", ""), getattr(removed, "attributes", None)) == (None, {})
    world.device("t", "ada", at=20, lost=True)
    assert world.tokens("ada") == []
    world.device("t", "ada", at=40, theme="dark")
    (device,) = items(world.person("ada")["devices"])
    assert isinstance(device["attributes"], dict)
    assert device["attributes"].get("theme") == "dark"
    assert not {"version", "lost"} & device["attributes"].keys()


def test_it_goes_with_a_merge_and_ends_with_a_deletion() -> None:
    world = World()
    world.identify("ada")
    world.device("t", "bob")
    world.alias("ada", "bob")
    assert world.tokens("ada") == ["t"]
    world.semantic("User Deleted", "ada")
    assert world.told("device_changed")[-1].cause.message_id == "m3"
    world.device("t", "eve")
    assert world.tokens("eve") == ["t"]


def test_it_hears_of_the_merge_of_somebody_who_removed_it_before_it_was_used() -> None:
    """The removal of the later merged person counts as the primary's; it had lost the device meanwhile."""
    world = World()
    world.identify("ada", at=0)
    world.device("t", "bob", at=10)
    world.device("t", "bob", at=100, removed=True)
    world.device("t", "eve", at=50)
    world.alias("ada", "bob", at=200)
    world.device("t", "ada", at=60)
    assert world.tokens("ada") == []


def test_a_removal_counts_through_every_merge_of_who_did_it() -> None:
    world = World()
    world.device("t", "eve", at=10)
    world.device("t", "bob", at=20, removed=True)
    world.identify("ada")
    world.alias("ada", "bob")
    assert world.tokens("eve") == ["t"]
    world.alias("eve", "ada")
    assert world.tokens("eve") == []


ADA_USES: JsonObject = {"event": "Application Opened", "userId": "ada", "properties": {"x": 1}}
ADA_REMOVES: JsonObject = {"event": "Application Uninstalled", "userId": "ada", "properties": {}}
BOB_USES: JsonObject = {"event": "Application Opened", "userId": "bob", "properties": {"y": 2}}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_its_attributes_are_those_its_owner_set_in_any_order_of_arrival(order: tuple[int, ...]) -> None:
    world = World()
    calls = [(ADA_USES, 10.0), (ADA_REMOVES, 20.0), (BOB_USES, 30.0)]
    for number in [*order, *order]:
        call, at = calls[number]
        world.send({**call, "type": "track", "context": DEVICE}, at, name=f"m{number}")
    assert attributes(world, "bob") == {"y": 2}
    world.device("t", "ada", at=40, z=3)
    assert attributes(world, "ada") == {"z": 3}, "what she removed stays so"
    world.device("t", "bob", at=50)
    assert attributes(world, "bob") == {"y": 2}


@pytest.mark.parametrize("late", [False, True], ids=["she had it before him", "and her use arrives late"])
def test_nothing_of_who_is_deleted_is_left_at_it(late: bool) -> None:
    world = World()
    if not late:
        world.device("t", "ada", at=10, secret="of ada")
    world.device("t", "bob", at=20, y=2)
    if late:
        world.device("t", "ada", at=10, secret="of ada")
    world.semantic("User Deleted", "ada", at=30)
    world.device("t", "ada", at=15, secret="again")
    assert attributes(world, "bob") == {"y": 2}
    tables = world.simulation.network.tables
    (device,) = [one for (entity, _), table in tables.items() if entity == "devices" for one in table.values()]
    assert isinstance(device, Device)
    assert len(device.attributes) == 1


def test_nor_its_platform_if_it_is_nobodys_then() -> None:
    world = World()
    world.device("t", "ada", at=10)
    world.semantic("User Deleted", "ada", at=30)
    told = world.told("device_changed")[-1]
    assert isinstance(told, DeviceChanged)
    assert (told.cio_id, told.platform, told.attributes) == (None, "", {})


@pytest.mark.parametrize("late", [False, True])
def test_what_a_merged_person_set_is_the_primarys(late: bool) -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    use = {**BOB_USES, "type": "track", "context": DEVICE}
    world.device("t", "ada", at=20, x=1)
    if not late:
        world.send(use, at=10)
    world.alias("ada", "bob", at=30)
    if late:
        world.send(use, at=10)
    assert attributes(world, "ada") == {"x": 1, "y": 2}


def test_the_people_whose_attributes_it_remembers_are_bounded() -> None:
    world = World()
    for number in range(2 * PEOPLE_MAX):
        world.device("t", f"u{number}", number=number)
        world.device("t", f"u{number}", removed=True)
        world.device("t", f"u{number}", number=number)
    last = f"u{2 * PEOPLE_MAX - 1}"
    assert attributes(world, last) == {"number": 2 * PEOPLE_MAX - 1}
    tables = world.simulation.network.tables
    (device,) = [one for (entity, _), table in tables.items() if entity == "devices" for one in table.values()]
    assert isinstance(device, Device)
    latest = {world.person(f"u{number}")["cio_id"] for number in range(PEOPLE_MAX, 2 * PEOPLE_MAX)}
    assert set(device.attributes) == set(device.removals) == latest


def attributes(world: World, name: str) -> Json:
    (device,) = items(world.person(name)["devices"])
    return device["attributes"]


def test_however_many_remove_it_the_removal_by_its_owner_counts() -> None:
    world = World()
    world.device("t", "ada", at=10)
    world.device("t", "ada", at=20, removed=True)
    for number in range(PEOPLE_MAX + 1):
        world.device("t", f"user{number}", at=30 + number, removed=True)
    assert world.tokens("ada") == []
    device = next(
        one for table in world.simulation.network.tables.values() if isinstance(one := table.get("device:t"), Device)
    )
    assert len(device.removals) == PEOPLE_MAX


def test_who_had_it_before_is_told() -> None:
    world = World()
    for name in ("ada", "bob"):
        world.identify(name)
        world.device("t", name)
    ada, bob = (world.person(name)["cio_id"] for name in ("ada", "bob"))
    changes = [one for one in world.told("device_changed") if isinstance(one, DeviceChanged)]
    assert [(one.previous, one.cio_id) for one in changes] == [(None, ada), (ada, bob)]
