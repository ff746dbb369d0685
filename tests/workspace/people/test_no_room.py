"""What of a merged person's attributes has no room at the other person is left out, and told."""

from tests.workspace.scenarios import as_object
from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.attributes import COUNT_MAX
from worker.workspace.changes import AttributeRefused

MANY: JsonObject = {f"a{number}": 1 for number in range(COUNT_MAX)}


def refused(world: World) -> list[str]:
    return sorted(one.attribute for one in world.told("attribute_refused") if isinstance(one, AttributeRefused))


def test_a_newer_value_of_the_other_half() -> None:
    world = World()
    traits: JsonObject = {f"a{number}": "x" * 900 for number in range(109)}
    world.send({"type": "identify", "userId": "ada", "traits": {**traits, "short": "old"}})
    world.identify("", email="ada@x.io", short="y" * 2000, more="z" * 2000)
    world.identify("ada", email="ada@x.io")
    attributes = as_object(world.person("ada")["attributes"])
    assert (attributes["short"], attributes.get("more")) == ("old", None)
    assert refused(world) == ["more", "short"]


def test_a_value_in_the_place_of_one_that_the_primary_removed() -> None:
    world = World()
    world.identify("ada", city="Rome")
    world.identify("ada", city=None)
    world.identify("bob", city="Oslo", plan="pro", a1=2)
    world.send({"type": "identify", "userId": "ada", "traits": {**MANY}})
    world.alias("ada", "bob")
    assert refused(world) == ["city", "plan"]


def test_an_attribute_of_a_relationship_that_both_had() -> None:
    world = World()
    world.identify("ada")
    world.identify("bob")
    world.group("acme", "ada", relationshipAttributes={**MANY})
    world.group("acme", "bob", relationshipAttributes={"role": "admin", "a1": 2})
    world.alias("ada", "bob")
    (told,) = world.told("attribute_refused")
    assert isinstance(told, AttributeRefused)
    assert (told.attribute, told.reason, told.object_type_id, told.object_id) == ("role", "no_room", "1", "acme")
    assert told.cio_id == world.person("ada")["cio_id"]


def test_nothing_is_told_of_what_the_primary_goes_before() -> None:
    world = World()
    world.send({"type": "identify", "userId": "ada", "traits": {**MANY}})
    world.identify("bob", a1=2)
    world.group("acme", "ada", relationshipAttributes={**MANY})
    world.semantic("Relationship Deleted", "bob", objectId="acme")
    world.alias("ada", "bob")
    assert refused(world) == []


def test_what_has_no_room_in_a_call_is_told_too() -> None:
    world = World()
    world.send({"type": "identify", "userId": "ada", "traits": {**MANY}})
    world.identify("ada", a1=2, more=1)
    assert refused(world) == ["more"]
    assert as_object(world.person("ada")["attributes"]) == {**MANY, "a1": 2}
