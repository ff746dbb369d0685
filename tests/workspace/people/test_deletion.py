"""Deletion, suppression, and repeats (customerio_semantics.md 7)."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject


def test_a_deletion_forgets_everything_and_frees_the_handles() -> None:
    world = World()
    world.identify("ada", email="a@x.io", plan="pro", anonymous="a")
    world.track("ada")
    first = world.person("ada")["cio_id"]
    world.semantic("User Deleted", "ada")
    assert world.people() == []
    world.identify("ada", email="a@x.io")
    assert world.person("ada")["cio_id"] != first
    assert world.person("ada")["attributes"] == {}
    assert world.events("ada") == []


def test_a_replay_brings_nobody_back() -> None:
    world = World()
    world.identify("ada", at=10)
    world.semantic("User Deleted", "ada", at=30)
    world.identify("ada", at=20)
    world.track("ada", at=25)
    assert world.people() == []
    assert [getattr(one, "call", None) for one in world.told("ignored_deleted")] == ["identify", "event"]
    world.track("ada", at=35)
    assert len(world.people()) == 1


def test_a_deletion_segment_asks_for() -> None:
    world = World()
    world.identify("ada")
    world.send({"type": "delete", "userId": "ada"})
    assert world.people() == []


def test_suppression_blocks_all_handles_and_one_frees_all() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.identify("old@x.io")
    world.alias("ada", "old@x.io")
    world.semantic("User Suppressed", "ada")
    assert world.shown()["suppressed"] == ["email:a@x.io", "email:old@x.io", "id:ada"]
    world.identify("a@x.io")
    world.track("old@x.io")
    world.identify("new", email="a@x.io", plan="pro")
    assert world.people() == []
    assert len(world.told("ignored_suppressed")) == 3
    world.semantic("User Unsuppressed", "old@x.io")
    assert world.shown()["suppressed"] == []
    world.identify("ada", email="a@x.io")
    assert len(world.people()) == 1


def test_an_unknown_handle_can_be_suppressed() -> None:
    world = World()
    world.semantic("User Suppressed", "ada")
    world.track("ada")
    assert world.shown()["suppressed"] == ["id:ada"]
    world.semantic("User Unsuppressed", "ada")
    world.track("ada")
    assert len(world.people()) == 1


def test_what_was_said_while_an_unknown_handle_was_suppressed_stays_ignored() -> None:
    world = World()
    world.semantic("User Suppressed", "ada", at=10)
    world.semantic("User Unsuppressed", "ada", at=50)
    world.track("ada", at=30)
    assert world.people() == []
    assert len(world.told("ignored_deleted")) == 1


def test_who_was_deleted_cannot_be_unsuppressed() -> None:
    world = World()
    world.identify("ada")
    cio_id = world.person("ada")["cio_id"]
    world.semantic("User Deleted", "ada")
    world.semantic("User Unsuppressed", f"cio_{cio_id}")
    assert len(world.told("ignored_unknown_cio_id")) == 1
    assert world.told("handle_freed") == []


def test_nor_can_anybody_be_merged_into_them() -> None:
    world = World()
    world.identify("ada")
    world.identify("bob")
    cio_id = world.person("ada")["cio_id"]
    world.semantic("User Deleted", "ada")
    world.alias(f"cio_{cio_id}", "bob")
    assert [getattr(one, "call", None) for one in world.told("ignored_unknown_cio_id")] == ["merge"]
    assert [one["id"] for one in world.people()] == ["bob"]


@pytest.mark.parametrize("erasure", ["User Deleted", "User Suppressed"])
def test_a_repeated_deletion_spares_who_had_the_email_afterwards(erasure: str) -> None:
    world = World()
    call: JsonObject = {"type": "track", "event": erasure, "userId": "e1@x.io", "properties": {}}
    world.identify("old", at=0, email="e1@x.io")
    world.send(call, at=10, name="erasure")
    world.semantic("User Unsuppressed", "e1@x.io", at=15)
    world.identify("bob", at=20, email="e1@x.io", plan="pro")
    world.identify("bob", at=30, email="e3@x.io")
    world.send(call, at=10, name="erasure")
    assert world.person("bob")["attributes"] == {"plan": "pro"}
    assert world.shown()["suppressed"] == []


def test_what_a_deleted_person_did_is_not_told_of_who_had_the_email_afterwards() -> None:
    world = World()
    world.identify("old", at=0, email="e1@x.io")
    world.semantic("User Deleted", "old", at=10)
    world.identify("bob", at=20, email="e1@x.io")
    world.identify("bob", at=30, email="e3@x.io")
    world.track("e1@x.io", at=5)
    world.identify("e1@x.io", at=5, plan="old's")
    world.device("token", "e1@x.io", at=5)
    assert world.events("bob") == []
    assert world.person("bob")["attributes"] == {}
    assert world.tokens("bob") == []
    assert len(world.told("ignored_deleted")) == 3
    late = world.track("e1@x.io", at=25)
    assert world.events("bob") == [late], "it was bob's by then"


def test_an_event_repeated_after_its_handle_has_changed_hands_counts_once() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.track("a@x.io", at=100, name="once")
    world.identify("ada", at=50, email="b@x.io")
    world.identify("ada", at=200, email="b@x.io")
    world.identify("bob", at=300, email="a@x.io")
    world.track("a@x.io", at=100, name="once")
    assert world.events("ada") == ["once"]
    assert world.events("bob") == []


def test_an_event_by_the_cio_id_counts_once() -> None:
    world = World()
    world.identify("ada")
    name = f"cio_{world.person('ada')['cio_id']}"
    world.track(name, at=100, name="once")
    world.track(name, at=100, name="once")
    world.identify("bob")
    world.alias("bob", "ada")
    world.track(name, at=100, name="once")
    assert world.events("bob") == ["once"]
    assert len(world.told("event_received")) == 1


def test_junk_is_a_dead_letter() -> None:
    world = World()
    world.identify("undefined", plan="pro")
    assert world.people() == []
    assert [one["reason"] for one in world.simulation.dead_letters] == ["junk_identifier"]


@pytest.mark.parametrize("by", ["former@x.io", "cio_id"])
def test_an_older_unsuppression_does_not_lift_a_newer_suppression(by: str) -> None:
    world = World()
    world.identify("ada", at=0, email="former@x.io")
    user = f"cio_{world.person('ada')['cio_id']}" if by == "cio_id" else by
    world.identify("ada", at=20, email="new@x.io")
    world.semantic("User Suppressed", "ada", at=30)
    world.semantic("User Unsuppressed", user, at=10)
    assert world.shown()["suppressed"] == ["email:new@x.io", "id:ada"]
    world.semantic("User Unsuppressed", "ada", at=40)
    assert world.shown()["suppressed"] == []


@pytest.mark.parametrize("who", ["nobody", "ada", "ada, by her email", "ada, by her cio_id"])
def test_an_unsuppression_does_not_lift_the_newer_of_two_suppressions(who: str) -> None:
    world = World()
    names = {}
    if who != "nobody":
        world.identify("ada", at=0, email="a@x.io")
        names = {"ada, by her email": "a@x.io", "ada, by her cio_id": f"cio_{world.person('ada')['cio_id']}"}
    world.semantic("User Suppressed", "ada", at=10)
    suppressed = world.shown()["suppressed"]
    told = len(world.told("handle_suppressed"))
    world.semantic("User Suppressed", names.get(who, "ada"), at=30)
    assert len(world.told("handle_suppressed")) == told, "nothing new"
    world.semantic("User Unsuppressed", "ada", at=20)
    assert world.shown()["suppressed"] == suppressed
    world.semantic("User Unsuppressed", "ada", at=40)
    assert world.shown()["suppressed"] == []
    world.identify("ada", at=35)
    assert world.people() == [], "it was suppressed then"


def test_what_came_between_two_suppressions_waits_for_the_next_person() -> None:
    world = World()
    world.identify("ada", at=0, anonymous="a")
    world.semantic("User Suppressed", "ada", at=10)
    world.track(anonymous="a", at=20, name="seen")
    world.semantic("User Suppressed", "ada", at=30)
    world.identify("bob", at=40, anonymous="a")
    assert world.events("bob") == ["seen"]


def test_an_older_deletion_that_comes_later_lifts_nothing_of_a_newer_one() -> None:
    world = World()
    world.semantic("User Deleted", "ada", at=100)
    world.identify("ada", at=150)
    world.semantic("User Deleted", f"cio_{world.person('ada')['cio_id']}", at=90)
    world.track("ada", at=95)
    assert world.people() == []


def test_an_unsuppression_of_the_time_of_the_suppression_does_not_lift_it_however_it_names_the_person() -> None:
    world = World()
    world.identify("ada", at=0)
    cio_id = world.person("ada")["cio_id"]
    world.semantic("User Suppressed", "ada", at=10)
    for name in ("ada", f"cio_{cio_id}"):
        world.semantic("User Unsuppressed", name, at=10)
        assert world.shown()["suppressed"] == ["id:ada"]
    world.semantic("User Unsuppressed", f"cio_{cio_id}", at=11)
    assert world.shown()["suppressed"] == []


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("first", ["User Deleted", "User Suppressed"])
def test_of_a_deletion_and_a_suppression_of_one_time_the_suppression_holds(first: str, known: bool) -> None:
    world = World()
    if known:
        world.identify("ada", at=0)
    world.semantic(first, "ada", at=10)
    world.semantic("User Suppressed" if first == "User Deleted" else "User Deleted", "ada", at=10)
    assert world.shown()["suppressed"] == ["id:ada"]
    world.identify("ada", at=20)
    assert world.people() == []
    world.semantic("User Unsuppressed", "ada", at=30)
    world.semantic("User Suppressed", "ada", at=10)
    assert world.shown()["suppressed"] == []
