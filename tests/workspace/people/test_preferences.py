"""Subscription preferences, of which a name with dots sets one part (customerio_semantics.md 7)."""

from itertools import permutations

import pytest

from tests.workspace.world import World
from worker.jsontypes import Json, JsonObject

WHOLE = "cio_subscription_preferences"
FIRST, SECOND, THIRD = (f"{WHOLE}.topics.topic_{number}" for number in (1, 2, 3))


def of(world: World, name: str = "ada") -> Json:
    attributes = world.person(name)["attributes"]
    assert isinstance(attributes, dict)
    assert all("." not in one for one in attributes), "no part shows as an attribute of its own"
    return attributes.get(WHOLE)


def said(world: World, user: str, traits: JsonObject) -> None:
    world.send({"type": "identify", "userId": user, "traits": traits})


def topics(**values: Json) -> JsonObject:
    return {"topics": values}


CALLS: list[tuple[list[JsonObject], Json]] = [
    ([{WHOLE: topics(topic_1=True, topic_2=True)}, {FIRST: False}], topics(topic_1=False, topic_2=True)),
    ([{FIRST: True}, {WHOLE: topics(topic_2=True)}], topics(topic_2=True)),
    ([{FIRST: True}, {WHOLE: topics(topic_2=True)}, {THIRD: False}], topics(topic_2=True, topic_3=False)),
    ([{FIRST: True}, {SECOND: True}, {FIRST: False}], topics(topic_1=False, topic_2=True)),
    ([{WHOLE: topics(topic_1=True, topic_2=True)}, {FIRST: None}], topics(topic_2=True)),
    ([{WHOLE: topics(topic_1=True)}, {FIRST: False, WHOLE: topics(topic_2=True)}], topics(topic_1=False, topic_2=True)),
    (
        [{FIRST: True, SECOND: True}, {f"{WHOLE}.channels.sms": False}],
        {**topics(topic_1=True, topic_2=True), "channels": {"sms": False}},
    ),
    ([{FIRST: True}, {f"{WHOLE}.topics": {"topic_2": True}}], topics(topic_2=True)),
    ([{FIRST: True}, {WHOLE: None}], None),
    ([{FIRST: None}], None),
    ([{WHOLE: "all"}, {FIRST: True}], topics(topic_1=True)),
]


@pytest.mark.parametrize(("calls", "expected"), CALLS)
def test_parts_and_the_whole_in_any_order_of_arrival(calls: list[JsonObject], expected: Json) -> None:
    for order in permutations(range(len(calls))):
        world = World()
        for number in order:
            world.send({"type": "identify", "userId": "ada", "traits": calls[number]}, at=number, name=f"i{number}")
        assert of(world) == expected, order
        for number in order:
            world.send({"type": "identify", "userId": "ada", "traits": calls[number]}, at=number, name=f"i{number}")
        assert of(world) == expected, f"{order}, repeated"


def test_a_change_tells_the_whole_and_who_outdid_a_part() -> None:
    world = World()
    world.send(
        {"type": "identify", "userId": "ada", "traits": {WHOLE: topics(topic_1=True), "plan": "pro"}}, name="whole"
    )
    world.send({"type": "identify", "userId": "ada", "traits": {SECOND: True, "plan": "free"}}, name="part")
    world.send({"type": "identify", "userId": "ada", "traits": {THIRD: True}}, at=-5, name="late")
    _, second, late = world.told("attributes_changed")
    told = [getattr(second, name, None) for name in ("before", "set", "removed")]
    before, after = topics(topic_1=True), topics(topic_1=True, topic_2=True)
    assert told == [{WHOLE: before, "plan": "pro"}, {WHOLE: after, "plan": "free"}, []]
    assert [getattr(late, name, None) for name in ("set", "outdated")] == [{}, {THIRD: "whole"}]


def test_a_part_that_is_removed_is_told_in_the_whole() -> None:
    world = World()
    said(world, "ada", {FIRST: True, SECOND: True, "plan": "pro"})
    said(world, "ada", {FIRST: None, "plan": None})
    told = world.told("attributes_changed")[-1]
    assert [getattr(told, name, None) for name in ("set", "removed")] == [{WHOLE: topics(topic_2=True)}, ["plan"]]


@pytest.mark.parametrize("whole", [topics(topic_1=True), None], ids=["set", "removed"])
def test_and_who_outdid_a_whole_of_which_nothing_shows(whole: Json) -> None:
    world = World()
    world.send({"type": "identify", "userId": "ada", "traits": {FIRST: False}}, at=10, name="part")
    world.send({"type": "identify", "userId": "ada", "traits": {FIRST: True, SECOND: True}}, at=20, name="newer")
    world.send({"type": "identify", "userId": "ada", "traits": {WHOLE: whole}}, at=0, name="late")
    late = world.told("attributes_changed")[-1]
    assert late.cause.message_id == "late"
    assert [getattr(late, name, None) for name in ("set", "removed", "outdated")] == [{}, [], {WHOLE: "newer"}]


def test_a_whole_that_shows_in_part_is_told_as_what_shows() -> None:
    world = World()
    world.send({"type": "identify", "userId": "ada", "traits": {FIRST: False}}, at=10)
    world.send({"type": "identify", "userId": "ada", "traits": {WHOLE: topics(topic_1=True, topic_2=True)}}, at=0)
    late = world.told("attributes_changed")[-1]
    shown = {WHOLE: topics(topic_1=False, topic_2=True)}
    assert [getattr(late, name, None) for name in ("set", "outdated")] == [shown, {}]


def test_a_merge_fills_in_what_the_primary_has_not_said() -> None:
    world = World()
    said(world, "ada", {FIRST: True})
    said(world, "bob", {FIRST: False, SECOND: False, "city": "Oslo"})
    world.alias("ada", "bob")
    assert world.person("ada")["attributes"] == {WHOLE: topics(topic_1=True, topic_2=False), "city": "Oslo"}


def test_and_nothing_under_a_whole_of_the_primary() -> None:
    world = World()
    said(world, "ada", {WHOLE: topics(topic_1=True)})
    said(world, "bob", {FIRST: False, SECOND: False})
    world.alias("ada", "bob")
    assert of(world) == topics(topic_1=True)


def test_a_change_from_true_to_1_is_told() -> None:
    world = World()
    said(world, "ada", {FIRST: True})
    said(world, "ada", {FIRST: 1})
    assert str(of(world)) == str(topics(topic_1=1))


def test_a_name_of_many_dots_is_one_of_two() -> None:
    world = World()
    said(world, "ada", {f"{WHOLE}.topics." + "." * 3000: True})
    assert of(world) == {"topics": {"." * 3000: True}}
