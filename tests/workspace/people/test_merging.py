"""Merges (customerio_semantics.md 3.3), and words that come late."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.people.merged import MOVE_STEP


def test_the_primary_keeps_its_values_and_gets_what_it_lacks() -> None:
    world = World()
    world.identify("ada", plan="free", empty="")
    world.identify("bob", email="b@x.io", plan="pro", city="Oslo", empty=1)
    event = world.track("bob")
    world.group("acme", "bob", relationshipAttributes={"role": "admin"})
    world.alias("ada", "bob")
    ada = world.person("ada")
    assert len(world.people()) == 1
    assert ada["email"] == "b@x.io"
    assert ada["attributes"] == {"plan": "free", "city": "Oslo", "empty": 1}
    assert world.events("ada") == [event]
    assert world.related("ada") == {"acme": {"role": "admin"}}


def test_all_names_of_the_secondary_lead_to_the_primary() -> None:
    world = World()
    world.identify("ada", anonymous="a")
    world.identify("bob", email="b@x.io", anonymous="b")
    secondary = world.person("bob")["cio_id"]
    world.alias("ada", "bob")
    sent = [world.track("bob"), world.track("b@x.io"), world.track(f"cio_{secondary}"), world.track(anonymous="b")]
    assert world.events("ada") == sent
    assert world.person("ada")["anonymous_ids"] == ["a", "b"]


def test_what_the_secondary_was_told_before_the_merge_counts_as_older_also_if_it_comes_late() -> None:
    world = World()
    world.identify("ada", at=10, plan="primary's")
    world.identify("bob", at=20)
    world.alias("ada", "bob", at=100)
    world.identify("bob", at=50, plan="late", city="Oslo")
    assert world.person("ada")["attributes"] == {"plan": "primary's", "city": "Oslo"}
    world.identify("bob", at=150, plan="after")
    assert world.person("ada")["attributes"]["plan"] == "after"  # type: ignore[index,call-overload]


def test_so_does_what_it_was_told_by_its_cio_id() -> None:
    world = World()
    world.identify("ada", at=10, plan="primary's")
    world.identify("bob", at=20)
    secondary = world.person("bob")["cio_id"]
    world.alias("ada", "bob", at=100)
    world.identify(f"cio_{secondary}", at=50, plan="late", city="Oslo")
    assert world.person("ada")["attributes"] == {"plan": "primary's", "city": "Oslo"}


def test_of_two_secondaries_the_one_merged_first_goes_before() -> None:
    world = World()
    for name in ("ada", "bob", "eve"):
        world.identify(name)
    world.alias("ada", "bob")
    world.alias("ada", "eve")
    world.identify("eve", at=1, plan="eve's")
    world.identify("bob", at=0, plan="bob's")
    assert world.person("ada")["attributes"] == {"plan": "bob's"}


@pytest.mark.parametrize(
    ("primary", "secondary", "reason"),
    [
        ("ada", "ada", "itself"),
        ("nobody", "ada", "unknown_primary"),
        ("ada", "nobody@x.io", "unknown_secondary"),
        ("ada", "undefined", "junk_identifier"),
    ],
)
def test_what_is_refused_and_why(primary: str, secondary: str, reason: str) -> None:
    world = World()
    world.identify("ada")
    world.alias(primary, secondary)
    (refused,) = world.told("merge_refused")
    assert getattr(refused, "reason", None) == reason
    assert len(world.people()) == 1


def test_to_merge_somebody_with_their_own_email_is_refused_once() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    call: JsonObject = {"type": "alias", "userId": "ada", "previousId": "a@x.io"}
    world.send(call, at=100, name="m")
    world.send(call, at=100, name="m")
    (refused,) = world.told("merge_refused")
    assert getattr(refused, "reason", None) == "itself"
    assert world.person("ada")["email"] == "a@x.io"


@pytest.mark.parametrize(("erasure", "told"), [("User Deleted", "deleted"), ("User Suppressed", "suppressed")])
def test_to_merge_somebody_who_is_gone_is_ignored_and_said(erasure: str, told: str) -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.semantic(erasure, "bob", at=50)
    world.alias("ada", "bob", at=20)
    (ignored,) = world.told(f"ignored_{told}")
    assert getattr(ignored, "call", None) == "merge"
    assert [one["id"] for one in world.people()] == ["ada"]


def test_a_done_merge_is_silent_when_repeated() -> None:
    world = World()
    world.identify("ada")
    world.identify("bob")
    world.alias("ada", "bob")
    before = len(world.changes())
    world.alias("ada", "bob")
    assert len(world.changes()) == before


def test_a_refused_merge_stays_refused_when_the_primary_was_there_for_a_while() -> None:
    world = World()
    world.identify("ada", at=0, email="a@x.io")
    call: JsonObject = {"type": "alias", "userId": "e1@x.io", "previousId": "ada"}
    world.send(call, at=10, name="refused")
    world.identify("e1@x.io", at=40)
    world.change_email("e1@x.io", "e3@x.io", at=50)
    world.send(call, at=10, name="refused")
    assert [one["email"] for one in world.people()] == ["a@x.io", "e3@x.io"]
    assert len(world.told("merge_refused")) == 1


def test_an_unknown_secondary_is_an_anonymous_id() -> None:
    world = World()
    event = world.track(anonymous="browser")
    world.identify("ada")
    world.alias("ada", "browser")
    assert world.person("ada")["anonymous_ids"] == ["browser"]
    assert world.events("ada") == [event]


def test_waiting_group_calls_are_processed_when_the_merge_identifies() -> None:
    world = World()
    world.group("acme", "bob")
    world.track("bob")
    world.identify("ada")
    world.alias("ada", "bob")
    assert world.related("ada") == {"acme": {}}


def test_many_group_calls_that_wait_go_with_the_merge() -> None:
    world = World()
    names = [f"acme{number}" for number in range(2 * MOVE_STEP + 1)]
    world.track("bob")
    for name in names:
        world.group(name, "bob")
    world.track("ada")
    world.alias("ada", "bob")
    assert world.related("ada") == {}
    world.identify("ada")
    assert sorted(world.related("ada")) == sorted(names)


def test_a_relationship_made_after_its_objects_deletion_survives_the_merge() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.semantic("Object Deleted", "ada", at=10, objectId="acme")
    world.group("acme", "bob", at=20, relationshipAttributes={"role": "admin"})
    world.alias("ada", "bob", at=30)
    assert world.related("ada") == {"acme": {"role": "admin"}}


def test_nor_does_the_merge_bring_one_back_that_the_deletion_ended() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.group("acme", "bob", at=5)
    world.alias("ada", "bob", at=30)
    world.semantic("Object Deleted", "ada", at=10, objectId="acme")
    assert world.related("ada") == {}


def test_nor_does_the_deletion_end_one_that_the_secondary_made_later_also_if_word_of_that_comes_late() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.group("acme", "ada", at=5)
    world.alias("ada", "bob", at=30)
    world.group("acme", "bob", at=20)
    world.semantic("Object Deleted", "ada", at=10, objectId="acme")
    assert world.related("ada") == {"acme": {}}


def test_a_relationship_that_the_primary_has_left_comes_with_a_secondary_who_has_it() -> None:
    world = World()
    leaving: JsonObject = {"type": "track", "event": "Relationship Deleted", "userId": "ada"}
    leaving |= {"properties": {"objectId": "acme"}}
    joining: JsonObject = {"type": "group", "userId": "bob", "groupId": "acme"}
    joining |= {"traits": {"relationshipAttributes": {"role": "admin"}}}
    for name in ("ada", "bob", "eve"):
        world.identify(name, at=0)
    world.group("acme", "ada", at=10, relationshipAttributes={"role": "guest", "seat": 1})
    world.send(leaving, at=20, name="leaving")
    world.send(joining, at=30, name="joining")
    world.alias("ada", "bob", at=40)
    assert world.related("ada") == {"acme": {"role": "admin"}}
    before = len(world.changes())
    for call, at, name in ((leaving, 20, "leaving"), (joining, 30, "joining")):
        world.send(call, at=at, name=name)
    assert len(world.changes()) == before, "repeats change nothing"
    world.alias("eve", "ada", at=50)
    assert world.related("eve") == {"acme": {"role": "admin"}}
    world.semantic("Relationship Deleted", "eve", at=60, objectId="acme")
    assert world.related("eve") == {}


def test_and_if_the_object_was_deleted_before_the_secondary_had_it() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.identify("eve", at=0)
    world.group("acme", "ada", at=10)
    world.semantic("Relationship Deleted", "ada", at=20, objectId="acme")
    world.semantic("Object Deleted", "ada", at=25, objectId="acme")
    world.group("acme", "bob", at=30, relationshipAttributes={"role": "admin"})
    world.alias("ada", "bob", at=40)
    assert world.related("ada") == {"acme": {"role": "admin"}}
    world.alias("eve", "ada", at=50)
    assert world.related("eve") == {"acme": {"role": "admin"}}


def test_and_not_if_it_was_deleted_since_though_the_primary_had_it_again_and_left() -> None:
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=0)
    world.group("acme", "bob", at=20)
    world.group("acme", "ada", at=30)
    world.semantic("Relationship Deleted", "ada", at=40, objectId="acme")
    world.alias("ada", "bob", at=50)
    assert world.related("ada") == {"acme": {}}
    world.semantic("Object Deleted", "ada", at=25, objectId="acme")  # it comes late
    assert world.related("ada") == {}


def test_nor_does_word_of_that_deletion_from_a_third_person_end_what_came_with_the_secondary() -> None:
    world = World()
    for name in ("ada", "bob", "eve"):
        world.identify(name, at=0)
    world.group("acme", "ada", at=10)
    world.semantic("Relationship Deleted", "ada", at=20, objectId="acme")
    world.group("acme", "eve", at=22)
    world.semantic("Object Deleted", "eve", at=25, objectId="acme")
    world.group("acme", "bob", at=30, relationshipAttributes={"role": "admin"})
    world.alias("ada", "bob", at=40)
    world.alias("ada", "eve", at=50)
    assert world.related("ada") == {"acme": {"role": "admin"}}


def test_chains_of_merges() -> None:
    world = World()
    names = ["ada", "bob", "eve", "joe"]
    for name in names:
        world.send({"type": "identify", "userId": name, "traits": {"email": f"{name}@x.io", name: 1}})
    for primary, secondary in zip(names[1:], names, strict=False):
        world.alias(primary, secondary)
    (person,) = world.people()
    assert (person["id"], person["email"]) == ("joe", "joe@x.io")
    assert person["attributes"] == dict.fromkeys(names, 1)
    assert [world.track(name) for name in names] == world.events("joe")


def test_a_repeated_identify_from_before_the_merge_does_not_change_the_email() -> None:
    world = World()
    world.track("e@x.io")
    call: JsonObject = {"type": "identify", "userId": "bob", "traits": {"email": "b@x.io"}}
    call |= {"messageId": "m", "timestamp": "2024-03-04T09:30:00Z"}
    world.again(call)
    world.alias("e@x.io", "bob", at=10_000)
    assert world.person("bob")["email"] == "e@x.io"
    world.again(call)
    assert world.person("bob")["email"] == "e@x.io"


def test_what_the_secondary_was_told_in_the_moment_of_the_merge_goes_behind_the_primarys() -> None:
    world = World()
    world.identify("ada", at=10, plan="primary")
    world.identify("bob", at=20)
    world.alias("ada", "bob", at=100)
    world.identify("bob", at=100, plan="before", city="Oslo")
    assert world.person("ada")["attributes"] == {"plan": "primary", "city": "Oslo"}
    world.identify("bob", at=100.001, plan="after")
    assert world.person("ada")["attributes"] == {"plan": "after", "city": "Oslo"}
