"""Objects, their types, and relationships."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.attributes import COUNT_MAX
from worker.workspace.changes import AttributeRefused
from worker.workspace.objects.animals import ANIMALS, animal_name


def test_a_group_call_waits_for_its_person() -> None:
    world = World()
    world.group("acme", "ada", name="Acme", relationshipAttributes={"role": "admin"})
    world.track("ada")
    assert world.objects() == {}
    assert world.shown()["object_types"] == []
    world.identify("ada")
    assert world.objects() == {"acme": {"name": "Acme"}}
    assert world.related("ada") == {"acme": {"role": "admin"}}


def test_a_new_type_is_named_after_an_animal_once() -> None:
    world = World()
    world.identify("ada")
    world.group("acme", "ada", object_type_id="7")
    world.group("globex", "ada", object_type_id="7")
    assert world.shown()["object_types"] == [{"object_type_id": "7", "name": animal_name("7")}]
    assert len(world.told("object_type_created")) == 1
    assert len({animal_name(str(number)) for number in range(30)}) > 15


def test_attributes_go_by_time_and_null_removes() -> None:
    world = World()
    world.identify("ada", at=0)
    world.group("acme", "ada", at=20, plan="pro", seats=5)
    world.group("acme", "ada", at=10, plan="late", city="Oslo")
    world.group("acme", "ada", at=30, seats=None)
    assert world.objects() == {"acme": {"plan": "pro", "city": "Oslo"}}


def test_a_call_that_changes_nothing_of_the_object_tells_of_no_change() -> None:
    world = World()
    world.identify("ada")
    world.identify("bob")
    call: JsonObject = {"type": "group", "userId": "ada", "groupId": "acme", "traits": {"plan": "pro"}}
    world.send(call, at=200, name="m")
    world.send(call, at=200, name="m")
    world.group("acme", "bob")
    assert len(world.told("object_changed")) == 1
    assert world.related("bob") == {"acme": {}}


@pytest.mark.parametrize("name", ["relationship", "cio_object_id", "object_id", "objectId"])
def test_a_reserved_name_is_no_attributes(name: str) -> None:
    world = World()
    world.identify("ada")
    world.group("acme", "ada", objectAttributes={name: "x", "plan": "pro"})
    assert world.objects() == {"acme": {"plan": "pro"}}
    (refused,) = world.told("attribute_refused")
    assert (getattr(refused, "attribute", None), getattr(refused, "reason", None)) == (name, "reserved")


def test_an_empty_time_of_creation_says_nothing_but_among_the_object_attributes_it_removes() -> None:
    world = World()
    world.identify("ada")
    world.group("acme", "ada", created_at=1_700_000_000)
    world.group("acme", "ada", created_at="")
    world.group("acme", "ada", created_at=None)
    assert world.objects() == {"acme": {"created_at": 1_700_000_000}}
    world.group("acme", "ada", objectAttributes={"created_at": None})
    assert world.objects() == {"acme": {}}


def test_a_deletion_ends_relationships_but_not_later_ones() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.group("acme", "ada", at=10, old=1)
    world.group("acme", "bob", at=30, new=2)
    world.semantic("Object Deleted", "ada", at=20, objectId="acme")
    assert world.objects() == {"acme": {"new": 2}}
    assert world.related("ada") == {}
    assert world.related("bob") == {"acme": {}}
    world.group("acme", "ada", at=15)
    assert world.related("ada") == {}


def test_many_people_hear_of_a_deletion() -> None:
    world = World()
    for number in range(400):
        world.identify(f"u{number}")
        world.group("acme", f"u{number}")
    world.semantic("Object Deleted", "u0", objectId="acme")
    assert world.objects() == {}
    assert not any(person["relationships"] for person in world.people())


@pytest.mark.parametrize(("at", "related"), [(15, True), (25, False)])
def test_a_relationship_ends_by_time(at: float, related: bool) -> None:
    world = World()
    world.identify("ada", at=0)
    world.group("acme", "ada", at=20, relationshipAttributes={"role": "admin"})
    world.semantic("Relationship Deleted", "ada", at=at, objectId="acme")
    assert world.related("ada") == ({"acme": {"role": "admin"}} if related else {})


def test_to_leave_what_one_never_had_changes_nothing() -> None:
    world = World()
    world.identify("ada")
    before = len(world.changes())
    world.semantic("Relationship Deleted", "ada", objectId="acme")
    assert len(world.changes()) == before


def test_an_attribute_for_which_an_object_has_no_room_is_left_out_and_told() -> None:
    world = World()
    world.identify("ada")
    many: JsonObject = {f"a{number}": 1 for number in range(COUNT_MAX)}
    world.send({"type": "group", "userId": "ada", "groupId": "acme", "traits": {**many}})
    world.group("acme", "ada", plan="pro")
    (told,) = world.told("attribute_refused")
    assert isinstance(told, AttributeRefused)
    assert (told.attribute, told.reason, told.object_type_id, told.object_id) == ("plan", "no_room", "1", "acme")
    assert world.objects() == {"acme": many}


def test_small_types_each_have_an_animal_of_their_own() -> None:
    last = len(ANIMALS)
    assert [animal_name(str(number)) for number in (1, 2, last)] == [ANIMALS[0], ANIMALS[1], ANIMALS[-1]]
    assert [animal_name(str(number)).split()[1:] for number in (0, last + 1)] == [["0"], [str(last + 1)]]
