"""What the changes of a merge say: what it changed, and nothing of what stayed as it was."""

from tests.workspace.world import World
from worker.workspace.attributes import Attribute, Attributes
from worker.workspace.changes import PersonAbsorbed, RelationshipChanged
from worker.workspace.effects import Place, Publish
from worker.workspace.keys import object_name, profile_key, relationship_key
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import AbsorbRelationship
from worker.workspace.people import decide_people
from worker.workspace.registers import Register
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import PeopleValue, Profile
from worker.workspace.values.records import Names

PRIMARY, SECONDARY = "0000aaaaaaaaaaaaaaaa", "0000bbbbbbbbbbbbbbbb"


def test_of_a_person() -> None:
    world = World()
    world.identify("ada", plan="free", empty="")
    world.identify("bob", plan="pro", city="Oslo", empty=1)
    world.alias("ada", "bob")
    (told,) = world.told("person_absorbed")
    assert isinstance(told, PersonAbsorbed)
    assert (told.set, told.removed) == ({"city": "Oslo", "empty": 1}, [])


def test_of_a_relationship_whose_object_was_deleted_as_the_secondary_knows() -> None:
    name = object_name("1", "acme")
    mine = {"role": Attribute("owner", 10.0, "m1"), "desk": Attribute(7, 30.0, "m3")}
    theirs = {"role": Attribute("admin", 35.0, "m4"), "seat": Attribute("window", 35.0, "m4")}
    state: dict[str, PeopleValue] = {
        profile_key(PRIMARY): Profile(PRIMARY, created=1.0, handles=1, relationships=1),
        f"handles/0/{PRIMARY}": Names({profile_key(SECONDARY): "40.0,1"}),
        relationship_key(PRIMARY, name): Register(added=(30.0, "m3"), made=(30.0, "m3"), attributes=Attributes(mine)),
    }
    message = AbsorbRelationship(
        to=profile_key(PRIMARY),
        cause=Cause("m5", 40.0, 40.0, "segment.events", 0, 1),
        origin=SECONDARY,
        name=name,
        relationship=Register(added=(35.0, "m4"), made=(35.0, "m4"), floor=(20.0, "m2"), attributes=Attributes(theirs)),
    )
    effects = decide_people(state, message, Place(0, 1), WorkspaceSettings())
    (told,) = [one.change for one in effects if isinstance(one, Publish)]
    assert isinstance(told, RelationshipChanged)
    assert (told.set, told.removed, told.before) == ({"role": "admin", "seat": "window"}, [], {"role": "owner"})
