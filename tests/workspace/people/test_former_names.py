"""What was said through an id or email that its person has given up since: merges before still count for it."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.settings import WorkspaceSettings

LEAD: JsonObject = {"type": "identify", "userId": "lead@x.io", "traits": {"plan": "lead", "city": "Oslo"}}
GROUP: JsonObject = {
    "type": "group",
    "userId": "lead@x.io",
    "groupId": "acme",
    "traits": {"relationshipAttributes": {"role": "lead"}},
}


def merged(world: World, *, late: bool) -> None:
    """ada, with a lead merged into her; `late`: what the lead was told has not arrived yet."""
    world.identify("ada", at=10, plan="primary")
    world.group("acme", "ada", at=10, relationshipAttributes={"role": "primary"})
    if late:
        world.identify("lead@x.io", at=15)
    else:
        told(world)
    world.alias("ada", "lead@x.io", at=30)


def told(world: World) -> None:
    world.send(LEAD, at=20, name="lead")
    world.send(GROUP, at=21, name="group")


@pytest.mark.parametrize("late", [False, True], ids=["again", "late"])
@pytest.mark.parametrize("emails", [["new@x.io"], ["new@x.io", "newer@x.io"], ["new@x.io", "lead@x.io", "new@x.io"]])
def test_the_primary_keeps_its_values_after_it_gave_the_merged_email_up(late: bool, emails: list[str]) -> None:
    world = World()
    merged(world, late=late)
    for number, email in enumerate(emails):
        world.identify("ada", at=40 + 10 * number, email=email)
    told(world)
    assert world.person("ada")["attributes"] == {"plan": "primary", "city": "Oslo"}
    assert world.related("ada") == {"acme": {"role": "primary"}}
    world.identify("lead@x.io", at=35, plan="after the merge")
    assert world.person("ada")["attributes"] == {"plan": "after the merge", "city": "Oslo"}


@pytest.mark.parametrize("late", [False, True], ids=["again", "late"])
def test_and_after_it_took_the_merged_email_as_its_own(late: bool) -> None:
    world = World()
    world.identify("ada", at=5, email="first@x.io")
    merged(world, late=late)
    world.identify("ada", at=40, email="lead@x.io")
    told(world)
    assert world.person("ada")["attributes"] == {"plan": "primary", "city": "Oslo"}
    assert world.related("ada") == {"acme": {"role": "primary"}}


def test_and_after_somebody_else_has_the_merged_email() -> None:
    world = World()
    merged(world, late=False)
    world.identify("ada", at=40, email="new@x.io")
    world.identify("bob", at=50, email="lead@x.io")
    told(world)
    assert world.person("ada")["attributes"] == {"plan": "primary", "city": "Oslo"}
    assert world.person("bob")["attributes"] == {}


def test_and_after_one_who_gave_it_up_was_merged_itself() -> None:
    world = World()
    world.identify("eve", at=0, plan="eve's")
    merged(world, late=False)
    world.identify("ada", at=40, email="new@x.io")
    world.alias("eve", "ada", at=50)
    told(world)
    world.identify("lead@x.io", at=35, plan="ada's")
    assert world.person("eve")["attributes"] == {"plan": "eve's", "city": "Oslo"}


def test_a_merged_id_that_its_person_was_renamed_from() -> None:
    world = World(WorkspaceSettings(on_id_conflict="rename"))
    lead: JsonObject = {"type": "identify", "userId": "lead", "traits": {"plan": "lead"}}
    world.identify("ada@x.io", at=10, plan="primary")
    world.send(lead, at=20, name="lead")
    world.alias("ada@x.io", "lead", at=30)
    world.identify("renamed", at=40, email="ada@x.io")
    world.send(lead, at=20, name="lead")
    assert world.person("renamed")["attributes"] == {"plan": "primary"}


def test_the_merge_is_silent_when_repeated_though_its_email_was_given_up() -> None:
    world = World()
    alias: JsonObject = {"type": "alias", "userId": "ada", "previousId": "lead@x.io"}
    world.identify("ada", at=10)
    world.send(LEAD, at=20, name="lead")
    world.send(alias, at=30, name="alias")
    world.identify("ada", at=40, email="new@x.io")
    before = len(world.changes())
    world.send(alias, at=30, name="alias")
    assert len(world.changes()) == before


def test_what_waited_while_the_name_was_nobody_s_is_as_new_as_it_was_said() -> None:
    world = World()
    world.identify("cat", at=0)
    world.group("acme", "cat", at=10, relationshipAttributes={"role": "guest"})
    world.identify("e@x.io", at=15)
    world.identify("ada", at=20)
    world.alias("ada", "e@x.io", at=30)
    world.identify("ada", at=50, email="new@x.io")
    world.group("acme", "e@x.io", at=60, relationshipAttributes={"role": "admin"})
    world.alias("cat", "ada", at=70)
    world.identify("cat", at=80, email="e@x.io")
    assert world.related("cat") == {"acme": {"role": "admin"}}


def test_what_happened_in_the_moment_in_which_a_name_was_given_up_is_still_its_persons() -> None:
    world = World()
    world.identify("ada", email="old@x.io", at=10)
    world.identify("ada", email="new@x.io", at=100)
    world.identify("bob", email="old@x.io", at=110)
    then = world.track("old@x.io", at=100)
    later = world.track("old@x.io", at=100.001)
    assert world.events("ada") == [then]
    assert world.events("bob") == [later]
