"""Why something is as it is, asked after the real decisions: which event won, which lost, what was refused."""

from pathlib import Path

import pytest

from tests.view.example import attributes
from tests.view.filling import fill, view_of
from tests.view.records import Topic, cause, created
from tests.workspace.world import World
from worker.jsontypes import Json
from worker.view.database import reader
from worker.view.read.identity import find_person, otherwise_known, subjects, subjects_of_name
from worker.view.read.objects import Named, one_object
from worker.view.read.people import person
from worker.view.read.why import MERGES, Step, decided, object_attributes, person_attributes
from worker.view.schema import FAILURES
from worker.workspace.changes import PersonMerged
from worker.workspace.keys import PREFERENCES


async def steps(path: Path, name: str, attribute: str) -> list[Step]:
    async with reader(path) as database:
        cio_id = await find_person(database, name)
        assert cio_id is not None
        histories = await person_attributes(database, cio_id, attribute, 50)
    return [step for history in histories for step in history.steps]


async def types(path: Path, name: str, wanted: tuple[str, ...]) -> list[tuple[str, str]]:
    async with reader(path) as database:
        cio_id = await find_person(database, name)
        logs = subjects_of_name(name) if cio_id is None else await subjects(database, cio_id)
        return [(one.type, one.cause.message_id) for one in await decided(database, logs, wanted, 50)]


async def test_the_event_that_won_and_those_that_lost(tmp_path: Path) -> None:
    world = World()
    first = world.identify("ada", at=10, plan="free")
    won = world.identify("ada", at=30, plan="pro")
    lost = world.identify("ada", at=20, plan="late")
    found = await steps(await view_of(world, tmp_path), "ada", "plan")
    assert [(step.outcome, step.by.message_id, step.value) for step in found] == [
        ("lost", lost, None),
        ("set", won, "pro"),
        ("set", first, "free"),
    ]
    assert found[0].winner == won
    assert found[1].before == "free"


async def test_what_was_decided_last_comes_first_whenever_its_event_arrived(tmp_path: Path) -> None:
    topic, path = Topic(), tmp_path / "view.sqlite"
    topic.add("cio:a", created("a", "ada"))
    topic.add("cio:a", attributes("a", "overtook", 10, {"plan": "free"}, arrived=90))
    topic.add("cio:a", attributes("a", "late", 20, {"plan": "pro"}, before={"plan": "free"}, arrived=80))
    topic.add("cio:a", attributes("a", "last", 5, outdated={"plan": "late"}, arrived=95))
    topic.add("cio:b", created("b", "eve"), partition=1)
    topic.add("cio:b", attributes("b", "merged", 7, {"plan": "hers"}, arrived=92), partition=1)
    topic.add("cio:b", PersonMerged(cause=cause("merge", 99), cio_id="b", into="a"), partition=1)
    await fill(path, topic)
    found = await steps(path, "ada", "plan")
    assert [(step.by.message_id, step.outcome) for step in found] == [
        ("last", "lost"),
        ("merged", "set"),
        ("late", "set"),
        ("overtook", "set"),
    ]


async def test_an_attribute_that_came_by_a_merge(tmp_path: Path) -> None:
    world = World()
    told = world.identify("bob", city="Oslo", plan="bob's")
    world.identify("ada", plan="ada's")
    secondary = world.person("bob")["cio_id"]
    merge = world.alias("ada", "bob")
    path = await view_of(world, tmp_path)
    newest, oldest = await steps(path, "ada", "city")
    assert (newest.outcome, newest.by.message_id, newest.merged_from) == ("set", merge, secondary)
    assert oldest.by.message_id == told
    assert (newest.profile, oldest.profile) == (None, secondary)
    plans = await steps(path, "ada", "plan")
    assert [(step.value, step.profile) for step in plans] == [("ada's", None), ("bob's", secondary)]
    async with reader(path) as database:
        cio_id = await find_person(database, "ada")
        assert cio_id is not None
        city = (await person(database, cio_id, 10, 0)).attributes["city"]
    assert city.set_by is not None
    assert (city.set_by.message_id, city.merged_from) == (told, secondary)
    assert await types(path, "ada", MERGES) == [("person_absorbed", merge), ("person_merged", merge)]


async def test_of_the_subscription_preferences_the_parts_too(tmp_path: Path) -> None:
    whole, part, other = PREFERENCES, f"{PREFERENCES}.topics.topic_1", f"{PREFERENCES}.topics.topic_2"
    world = World()
    calls: list[tuple[str, Json, float]] = [
        (whole, {"topics": {"topic_1": True}}, 50),
        (part, False, 40),
        (other, 1, 60),
    ]
    by = [world.send({"type": "identify", "userId": "ada", "traits": {name: value}}, at) for name, value, at in calls]
    path = await view_of(world, tmp_path)
    async with reader(path) as database:
        cio_id = await find_person(database, "ada")
        assert cio_id is not None
        found = {
            asked: {each.attribute: [step.by.message_id for step in each.steps] for each in histories}
            for asked in (whole, part, other, "plan")
            for histories in [await person_attributes(database, cio_id, asked, 50)]
        }
    of_whole = {whole: [by[2], by[0]]}
    assert found == {
        whole: {**of_whole, part: [by[1]]},
        part: {**of_whole, part: [by[1]]},
        other: {**of_whole, other: []},
        "plan": {"plan": []},
    }


async def test_what_gave_a_person_its_id_and_email(tmp_path: Path) -> None:
    world = World()
    first = world.identify("ada", email="ada@x.io")
    changed = world.identify("ada", email="new@x.io")
    path = await view_of(world, tmp_path)
    assert [(step.by.message_id, step.value, step.before) for step in await steps(path, "ada", "email")] == [
        (changed, "new@x.io", "ada@x.io"),
        (first, "ada@x.io", None),
    ]
    assert [(step.by.message_id, step.value) for step in await steps(path, "ada", "id")] == [(first, "ada")]


async def test_an_email_that_came_by_a_merge(tmp_path: Path) -> None:
    world = World()
    told = world.identify("bob", email="bob@x.io")
    world.identify("ada")
    secondary = world.person("bob")["cio_id"]
    merge = world.alias("ada", "bob")
    newest, oldest = await steps(await view_of(world, tmp_path), "ada", "email")
    assert (newest.outcome, newest.value, newest.by.message_id, newest.merged_from) == (
        "set",
        "bob@x.io",
        merge,
        secondary,
    )
    assert (oldest.value, oldest.by.message_id, oldest.profile) == ("bob@x.io", told, secondary)


async def test_what_the_halves_of_a_person_lost(tmp_path: Path) -> None:
    world = World()
    world.identify("e@x.io", plan="free")
    world.identify("ada", plan="")
    merge = world.identify("ada", email="e@x.io")
    assert world.person("ada")["attributes"] == {}
    found = await steps(await view_of(world, tmp_path), "ada", "plan")
    assert [(step.outcome, step.by.message_id) for step in found if step.merged_from is not None] == [
        ("removed", merge)
    ]


async def test_what_a_deletion_took_of_an_object_that_stays(tmp_path: Path) -> None:
    world = World()
    world.identify("ada")
    old = world.group("acme", "ada", at=100, plan="free")
    new = world.group("acme", "ada", at=300, name="Acme", relationship="none")
    deletion = world.semantic("Object Deleted", "ada", at=200, objectId="acme")
    async with reader(await view_of(world, tmp_path)) as database:
        histories = await object_attributes(database, Named("1", "acme"), None, 50)
        created = (await one_object(database, Named("1", "acme"), 10, 0)).created
    assert created is not None
    assert created.message_id == old
    assert {
        each.attribute: [(one.outcome, one.reason, one.by.message_id) for one in each.steps] for each in histories
    } == {
        "name": [("set", None, new)],
        "plan": [("removed", "object_deleted", deletion), ("set", None, old)],
        "relationship": [("refused", "reserved", new)],
    }


@pytest.mark.parametrize("name", ["ada", "ada@x.io"])
async def test_what_was_said_under_a_name_before_somebody_had_it(name: str, tmp_path: Path) -> None:
    world = World()
    world.semantic("User Deleted", name, at=100)
    ignored = world.track(name, at=50)
    waited = world.group("acme", name, at=150)
    world.identify(name, at=200)
    async with reader(await view_of(world, tmp_path)) as database:
        cio_id = await find_person(database, name)
        assert cio_id is not None
        told = [(one.type, one.cause.message_id) for one in (await person(database, cio_id, 10, 50)).activities]
    assert told[-2:] == [("call_deferred", waited), ("ignored_deleted", ignored)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("failed_attribute_change", "bob"),
        ("merge_refused", "ada"),
        ("ignored_unknown_cio_id", ""),
        ("ignored_deleted", "eve"),
        ("ignored_suppressed", "joe"),
    ],
)
async def test_what_was_refused_and_by_which_event(kind: str, name: str, tmp_path: Path) -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    causes = {"failed_attribute_change": world.identify("bob", email="a@x.io")}
    causes["merge_refused"] = world.alias("ada", "nobody@x.io")
    causes["ignored_unknown_cio_id"] = world.track("cio_0000ffffffffffffffff")
    world.semantic("User Deleted", "eve", at=10_000)
    causes["ignored_deleted"] = world.track("eve", at=9_000)
    world.semantic("User Suppressed", "joe")
    causes["ignored_suppressed"] = world.identify("joe")
    path = await view_of(world, tmp_path)
    if name:
        assert await types(path, name, FAILURES) == [(kind, causes[kind])]
    else:
        async with reader(path) as database:
            log = ["cio:0000ffffffffffffffff"]
            assert [one.cause.message_id for one in await decided(database, log, FAILURES, 5)] == [causes[kind]]


async def test_who_had_a_name_that_is_nobodys_now(tmp_path: Path) -> None:
    world = World()
    world.identify("ada", email="Old@x.io")
    world.identify("ada", email="OLD@x.io")
    first = world.change_email("old@x.io", "new@x.io")
    world.identify("bob", email="old@x.io")
    second = world.change_email("old@x.io", "bob@x.io")
    ada, bob = (str(world.person(name)["cio_id"]) for name in ("ada", "bob"))
    said = [f"email:old@x.io was that of {cio_id} until event {by}" for cio_id, by in ((bob, second), (ada, first))]
    async with reader(await view_of(world, tmp_path)) as database:
        for name in ("Old@X.io", "email:Old@x.io"):
            assert await find_person(database, name) is None
            assert await otherwise_known(database, name) == ", ".join(said)
        assert await find_person(database, "new@x.io") == ada
