"""An identify that names an object (customerio_semantics.md 5) is one call: it applies whole, or is ignored whole."""

from tests.workspace.world import World
from worker.jsontypes import Json
from worker.workspace.settings import WorkspaceSettings


def related(world: World, user: str, at: float | None = None, **traits: Json) -> None:
    world.identify(user, at, "", objectId="acme", relationshipAttributes={"role": "admin"}, **traits)


def test_it_is_ignored_whole_where_it_names_somebody_suppressed() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.semantic("User Suppressed", "b@x.io")
    related(world, "ada", email="b@x.io", plan="pro")
    assert world.person("ada")["attributes"] == {}
    assert (world.related("ada"), world.objects()) == ({}, {})
    assert len(world.told("ignored_suppressed")) == 1


def test_so_is_one_of_somebody_unknown_of_whom_then_nothing_waits() -> None:
    world = World()
    world.semantic("User Suppressed", "b@x.io")
    related(world, "ada", email="b@x.io")
    assert world.told("call_deferred") == []
    world.identify("ada")
    assert (world.related("ada"), world.objects()) == ({}, {})


def test_and_a_late_one_that_names_somebody_deleted_since() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("b@x.io", at=0)
    world.semantic("User Deleted", "b@x.io", at=60)
    related(world, "ada", at=30, email="b@x.io")
    assert (world.related("ada"), world.objects()) == ({}, {})
    assert len(world.told("ignored_deleted")) == 1


def test_an_email_that_is_refused_leaves_the_relationship_as_it_leaves_the_attributes() -> None:
    world = World(WorkspaceSettings(allow_email_update_using_id=False))
    world.identify("ada", email="a@x.io")
    related(world, "ada", email="b@x.io")
    assert world.person("ada")["email"] == "a@x.io"
    assert (world.related("ada"), world.objects()) == ({"acme": {"role": "admin"}}, {"acme": {}})


def test_what_the_person_was_told_before_it_was_merged_is_older_than_what_the_primary_was_told() -> None:
    world = World()
    world.group("acme", "ada", at=0, relationshipAttributes={"role": "guest"})
    world.identify("ada", at=10)
    world.identify("eve", at=10)
    world.alias("ada", "eve", at=60)
    related(world, "eve", at=30)
    assert world.related("ada") == {"acme": {"role": "guest"}}
