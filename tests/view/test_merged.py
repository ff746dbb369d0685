"""After a merge the view says what the state says: how old the person is, and which event set what."""

from pathlib import Path

from tests.view.filling import view_of
from tests.workspace.world import START, World
from worker.view.database import reader
from worker.view.read.documents import Cause, Object, Person
from worker.view.read.identity import find_person
from worker.view.read.objects import Named, one_object
from worker.view.read.people import people, person


async def shown(path: Path, name: str) -> Person:
    async with reader(path) as database:
        cio_id = await find_person(database, name)
        assert cio_id is not None
        return await person(database, cio_id, 50, 0)


async def acme(path: Path) -> Object:
    async with reader(path) as database:
        return await one_object(database, Named("1", "acme"), 50, 0)


async def test_a_person_is_as_old_as_the_older_one(tmp_path: Path) -> None:
    world = World()
    world.identify("bob", at=10)
    world.identify("eve", at=20)
    world.identify("ada", at=30)
    world.alias("ada", "bob")
    path = await view_of(world, tmp_path)
    assert (await shown(path, "ada")).created == START + 10
    assert [line.id for line in await people(path, 10)] == ["eve", "ada"]


async def test_of_two_halves_with_equal_values_the_newer_event_has_set_it(tmp_path: Path) -> None:
    world = World()
    world.identify("e@x.io", plan="free", city="Oslo")
    world.identify("ada", plan="free")
    newer = world.identify("ada", city="Oslo", plan="free")
    world.identify("ada", email="e@x.io")
    ada = await shown(await view_of(world, tmp_path), "ada")
    assert {name: (one.value, one.set_by and one.set_by.message_id) for name, one in ada.attributes.items()} == {
        "plan": ("free", newer),
        "city": ("Oslo", newer),
    }


async def test_attributes_of_a_relationship_say_where_they_come_from(tmp_path: Path) -> None:
    world = World()
    world.identify("bob", at=1)
    world.identify("ada", at=2)
    world.identify("eve", at=3)
    bob = str(world.person("bob")["cio_id"])
    eve = str(world.person("eve")["cio_id"])
    by = {
        "role": world.group("acme", "ada", 10, relationshipAttributes={"role": "owner"}),
        "desk": world.group("acme", "bob", 20, relationshipAttributes={"role": "guest", "desk": 7}),
        "seat": world.group("acme", "eve", 30, relationshipAttributes={"desk": 8, "seat": "window"}),
    }
    world.alias("bob", "eve", 40)
    world.alias("ada", "bob", 50)
    path = await view_of(world, tmp_path)
    (relationship,) = (await shown(path, "ada")).relationships
    assert {name: (one.value, one.set_by, one.merged_from) for name, one in relationship.attributes.items()} == {
        "role": ("owner", Cause(by["role"], START + 10), None),
        "desk": (7, Cause(by["desk"], START + 20), bob),
        "seat": ("window", Cause(by["seat"], START + 30), bob),
    }
    assert eve != bob
    (member,) = (await acme(path)).people
    assert member.attributes == relationship.attributes
