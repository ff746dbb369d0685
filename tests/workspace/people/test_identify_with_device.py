"""An identify that names the device it comes from (segment_destination.txt, Add and Update Devices) is one call."""

import pytest

from tests.workspace.world import World, items
from worker.jsontypes import Json, JsonObject


def on_device(world: World, user: str, at: float | None = None, *, anonymous: str = "", **traits: Json) -> str:
    event = identify(user, "t", **traits)
    return world.send({**event, "anonymousId": anonymous} if anonymous else event, at)


def identify(user: str, token: str, **traits: Json) -> JsonObject:
    return {
        "type": "identify",
        "userId": user,
        "traits": traits,
        "context": {"device": {"token": token, "type": "iOS"}},
    }


def test_the_device_is_the_person_s() -> None:
    world = World()
    on_device(world, "ada", email="a@x.io")
    assert world.tokens("ada") == ["t"]
    assert [device["platform"] for device in items(world.person("ada")["devices"])] == ["ios"]


def test_it_is_ignored_whole_where_it_names_somebody_suppressed() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.semantic("User Suppressed", "b@x.io")
    on_device(world, "ada", email="b@x.io")
    assert world.tokens("ada") == []
    assert len(world.told("ignored_suppressed")) == 1


def test_so_is_one_of_somebody_unknown_who_then_is_not_made_for_the_device() -> None:
    world = World()
    world.semantic("User Suppressed", "b@x.io")
    on_device(world, "ada", email="b@x.io")
    assert (world.people(), world.told("device_changed")) == ([], [])
    assert len(world.told("ignored_suppressed")) == 1


def test_and_a_late_one_that_names_somebody_deleted_since() -> None:
    world = World()
    world.identify("b@x.io", at=0)
    world.semantic("User Deleted", "b@x.io", at=60)
    on_device(world, "ada", at=30, email="b@x.io")
    assert (world.people(), world.told("device_changed")) == ([], [])
    assert len(world.told("ignored_deleted")) == 1


def test_an_email_that_is_taken_leaves_the_device() -> None:
    world = World()
    world.identify("eve", email="e@x.io")
    on_device(world, "ada", email="e@x.io")
    assert (world.tokens("ada"), world.tokens("eve")) == (["t"], [])


def test_the_device_goes_to_whom_the_identify_goes_to() -> None:
    world = World()
    world.identify("ada")
    world.identify("a@x.io")
    on_device(world, "ada", email="a@x.io")
    (person,) = world.people()
    assert (person["id"], world.tokens("a@x.io")) == ("ada", ["t"])


def test_of_an_anonymous_id_alone_the_device_waits() -> None:
    world = World()
    on_device(world, "", anonymous="browser")
    assert world.waiting("browser") == 1
    world.identify("ada", anonymous="browser")
    assert world.tokens("ada") == ["t"]


@pytest.mark.parametrize("user", ["undefined", "cio_0000000000000000"])
def test_it_is_one_refusal_where_nobody_is_named(user: str) -> None:
    world = World()
    on_device(world, user)
    refused = len(world.simulation.dead_letters) + len(world.told("ignored_unknown_cio_id"))
    assert (refused, world.told("device_changed")) == (1, [])


def test_a_token_that_is_far_too_long_does_not_cost_the_identify() -> None:
    world = World()
    world.send(identify("ada", "t" * 2001))
    assert world.tokens("ada") == []
    assert [dead["reason"] for dead in world.simulation.dead_letters] == ["invalid_fields"]
