"""What a dry run counts, and which examples it shows."""

from typing import cast

from tests.workspace.world import World
from worker.backfill.summary import EXAMPLES, AttributeExample, Summary, Tally
from worker.workspace.changes import WorkspaceChange


def summary(world: World) -> Summary:
    tally = Tally()
    for published in world.simulation.network.changes:
        tally.add(published.key, cast("WorkspaceChange", published.change))
    return tally.summary(0, 0, 0)


def test_each_attribute_counts_as_often_as_it_changes_and_some_are_shown() -> None:
    world = World()
    first = world.identify("ada", plan="free")
    second = world.identify("ada", plan="pro")
    third = world.identify("ada", plan=None)
    told = summary(world)
    assert (told.attributes, told.people_changed) == ({"plan": 3}, 1)
    ada = f"cio:{world.person('ada')['cio_id']}"
    assert told.examples == [
        AttributeExample(ada, "plan", None, "free", first),
        AttributeExample(ada, "plan", "free", "pro", second),
        AttributeExample(ada, "plan", "pro", None, third),
    ]
    for number in range(EXAMPLES):
        world.identify("ada", plan=str(number))
    assert (summary(world).attributes["plan"], len(summary(world).examples)) == (3 + EXAMPLES, EXAMPLES)


def test_people_are_counted_and_some_of_each_kind_are_shown() -> None:
    world = World()
    names = [f"u{number}" for number in range(EXAMPLES + 2)]
    for name in names:
        world.identify(name)
    world.alias("u0", "u1")
    world.semantic("User Deleted", "u2")
    told = summary(world)
    assert told.changes["person_created"] == len(names)
    assert [one.id for one in told.people if one.what == "created"] == names[:EXAMPLES]
    (merged,) = (one for one in told.people if one.what == "merged")
    assert (merged.id, merged.into) == ("u0", world.person("u0")["cio_id"])
    assert [one.id for one in told.people if one.what == "deleted"] == ["u2"]
