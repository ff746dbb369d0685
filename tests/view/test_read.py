from pathlib import Path

import pytest

from tests.view.example import ADA, BOB, OLD, fill_example
from tests.view.records import START
from worker.view.database import reader
from worker.view.read.devices import devices
from worker.view.read.documents import (
    Cause,
    Device,
    Member,
    ObjectLine,
    PersonLine,
    Relationship,
    Summary,
    Totals,
    TypeCount,
    Value,
)
from worker.view.read.identity import find_person, nearest, otherwise_known
from worker.view.read.objects import Named, objects, one_object
from worker.view.read.people import people, person
from worker.view.read.summary import summary
from worker.view.read.why import MERGES, Step, decided, object_attributes, person_attributes


@pytest.fixture
async def view(tmp_path: Path) -> Path:
    path = tmp_path / "view.sqlite"
    await fill_example(path)
    return path


def by(message_id: str, at: float) -> Cause:
    return Cause(message_id, START + at)


async def test_person(view: Path) -> None:
    async with reader(view) as database:
        ada = await person(database, ADA, 50, 3)
    assert (ada.id, ada.email, ada.created, ada.identified) == ("ada", "Ada@Example.com", START + 1, True)
    assert ada.merged == [OLD]
    assert ada.attributes == {
        "phone": Value("+44", by("m0", 0), merged_from=OLD),
        "plan": Value("pro", by("m3", 3)),
    }
    assert ada.anonymous_ids == ["anon-1"]
    assert ada.devices == [Device("phone-1", ADA, "ios", 1_700_000_011, {"app": "2"})]
    assert ada.relationships == [
        Relationship(
            "1", "acme", by("m8", 8), {"role": Value("admin", by("m8", 8)), "team": Value("blue", by("m9", 9))}
        ),
    ]
    assert ada.totals == Totals(merged=1, events=1, devices=1, relationships=1, anonymous_ids=1)
    assert [activity.type for activity in ada.activities] == [
        "person_merged",
        "person_absorbed",
        "relationship_changed",
    ]
    assert ada.activities[0].subject == f"cio:{OLD}"


@pytest.mark.parametrize(
    ("name", "cio_id"),
    [
        ("ada", ADA),
        ("id:ada", ADA),
        (" ADA@example.COM", ADA),
        ("email:ada@example.com", ADA),
        ("old@example.com", ADA),
        (OLD, ADA),
        (f"cio_{BOB}", BOB),
        (f"cio:{BOB}", BOB),
        ("Ada", None),
        ("gone", None),
    ],
)
async def test_find_person(name: str, cio_id: str | None, view: Path) -> None:
    async with reader(view) as database:
        assert await find_person(database, name) == cio_id


async def test_what_is_like_a_name_and_what_else_is_known(view: Path) -> None:
    async with reader(view) as database:
        assert await nearest(database, "adda") == ["ada"]
        assert (await nearest(database, "bob@x.com"))[0] == "bob@x.org"
        assert await otherwise_known(database, "gone") == "id:gone is suppressed"
        assert await otherwise_known(database, "id:gone") == "id:gone is suppressed"
        assert await otherwise_known(database, "anon-2") == "it is an anonymousId, under which 3 calls wait"
        assert await otherwise_known(database, "xyz") is None


async def test_object(view: Path) -> None:
    async with reader(view) as database:
        acme = await one_object(database, Named("1", "acme"), 50, 10)
    assert (acme.type_name, acme.created) == ("Badger", by("m8", 8))
    assert acme.attributes == {"name": Value("Acme [bold]", by("m8", 8))}
    assert acme.people == [
        Member(ADA, "ada", "Ada@Example.com", {"role": Value("admin", by("m8", 8)), "team": Value("blue", by("m9", 9))})
    ]
    assert [activity.type for activity in acme.activities] == ["object_changed"]


async def test_lists(view: Path) -> None:
    assert await people(view, 10) == [
        PersonLine(BOB, "bob", "bob@x.org", START + 10),
        PersonLine(ADA, "ada", "Ada@Example.com", START + 1),
    ]
    assert [line.cio_id for line in await people(view, 1)] == [BOB]
    assert await objects(view, 10) == [ObjectLine("1", "Badger", "acme", 1)]
    assert await objects(view, 10, "2") == []
    assert [device.token for device in await devices(view, 10)] == ["phone-1"]


async def test_summary(view: Path) -> None:
    assert await summary(view) == Summary(
        changes=23,
        people=2,
        objects=[TypeCount("1", "Badger", 1)],
        devices=1,
        anonymous_waiting=1,
        waiting=3,
        suppressed=1,
        failed={"attribute_refused": 1, "failed_attribute_change": 1, "merge_refused": 1},
    )


async def test_why_an_attribute(view: Path) -> None:
    async with reader(view) as database:
        found = {each.attribute: each.steps for each in await person_attributes(database, ADA, None, 10)}
        (plan,) = await person_attributes(database, ADA, "plan", 10)
        (last,) = await person_attributes(database, ADA, "plan", 1)
        acme = await object_attributes(database, Named("1", "acme"), "name", 10)
    assert found["plan"] == [
        Step("lost", by("m2", 2), winner="m3"),
        Step("set", by("m3", 3), "pro", "free"),
        Step("set", by("m1", 1), "free"),
    ]
    assert list(found) == sorted(found)
    assert (plan.steps, last.steps) == (found["plan"], found["plan"][:1])
    assert found["city"] == [Step("removed", by("m4", 4), before="London"), Step("set", by("m1", 1), "London")]
    assert found["phone"] == [
        Step("set", by("m9", 9), "+44", merged_from=OLD),
        Step("set", by("m0", 0), "+44", profile=OLD),
    ]
    assert found["relationship"] == [Step("refused", by("m5", 5), reason="reserved")]
    assert found["email"] == [
        Step("refused", by("m6", 6), "bob@x.org", reason="taken"),
        Step("set", by("m1", 1), "Ada@Example.com"),
        Step("set", by("m0", 0), "old@example.com", profile=OLD),
    ]
    assert found["id"] == [Step("set", by("m1", 1), "ada")]
    assert [each.steps for each in acme] == [[Step("set", by("m8", 8), "Acme [bold]")]]


async def test_why_a_merge(view: Path) -> None:
    async with reader(view) as database:
        merges = await decided(database, [f"cio:{ADA}", f"cio:{OLD}", "id:nobody"], MERGES, 10)
    assert [(each.type, each.cause.message_id) for each in merges] == [
        ("merge_refused", "m14"),
        ("person_merged", "m9"),
        ("person_absorbed", "m9"),
    ]
