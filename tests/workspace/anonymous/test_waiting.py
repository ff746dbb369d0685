"""Anonymous activity: it waits, and becomes the identified person's."""

import pytest

from tests.workspace.world import World, items
from worker.destination.actions import ACTIONS
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription
from worker.jsontypes import Json, JsonObject
from worker.workspace.anonymous.flushing import FLUSH_STEP
from worker.workspace.anonymous.waiting import KEEP_SECONDS
from worker.workspace.pages import PAGE_DIGESTS
from worker.workspace.settings import WorkspaceSettings

DAY = 86_400.0


def test_what_waits_becomes_the_persons_in_order_of_time() -> None:
    world = World()
    late = world.track(anonymous="a", at=200)
    early = world.track(anonymous="a", at=100)
    assert world.waiting("a") == 2
    world.identify("ada", anonymous="a")
    assert world.waiting("a") == 0
    assert world.events("ada") == [early, late]


def test_a_known_anonymous_id_forwards_at_once_however_late() -> None:
    world = World()
    world.identify("ada", at=0, anonymous="a")
    event = world.track(anonymous="a", at=-40 * DAY)
    assert world.events("ada") == [event]


def test_repeats_under_a_known_anonymous_id_are_told_however_many_events_there_are() -> None:
    world = World()
    world.identify("ada", anonymous="a")
    sent = [world.track(anonymous="a", at=100 + number, name=f"e{number}") for number in range(3 * PAGE_DIGESTS)]
    for number in range(3 * PAGE_DIGESTS):
        world.track(anonymous="a", at=100 + number, name=f"e{number}")
    assert world.events("ada") == sent
    assert len(world.told("event_received")) == len(sent)


def test_many_are_flushed_in_steps() -> None:
    world = World()
    sent = [world.track(anonymous="a") for _ in range(3 * FLUSH_STEP + 5)]
    world.identify("ada", anonymous="a")
    assert world.events("ada") == sent
    assert len(world.told("anonymous_flushed")) == 4


@pytest.mark.parametrize(("days", "kept"), [(29.9, True), (30.1, False)])
def test_it_waits_for_thirty_days(days: float, kept: bool) -> None:
    world = World()
    event = world.track(anonymous="a", at=0)
    world.identify("ada", at=days * DAY, anonymous="a")
    assert world.events("ada") == ([event] if kept else [])
    assert len(world.told("anonymous_expired")) == (not kept)
    assert world.waiting("a") == 0


def test_the_first_keeps_the_history_another_has_what_comes_after() -> None:
    world = World()
    before = world.track(anonymous="a", at=10)
    world.identify("ada", at=20, anonymous="a")
    between = world.track(anonymous="a", at=30)
    world.identify("bob", at=40, anonymous="a")
    after = world.track(anonymous="a", at=50)
    late = world.track(anonymous="a", at=35)
    assert world.events("ada") == [before, between, late]
    assert world.events("bob") == [after]
    assert len(world.told("anonymous_relinked")) == 1


def test_a_late_identify_shows_whose_events_they_were() -> None:
    world = World()
    world.identify("ada", at=10, anonymous="a")
    mine, theirs = world.track(anonymous="a", at=15), world.track(anonymous="a", at=30)
    world.identify("bob", at=20, anonymous="a")
    assert world.events("ada") == [mine]
    assert world.events("bob") == [theirs]
    assert len(world.told("events_moved")) == 1


def test_so_it_is_told_once_of_each_profile_whose_they_were() -> None:
    world = World()
    world.identify("ada", at=5)
    world.identify("old", at=10, anonymous="a")
    world.track(anonymous="a", at=30)
    profiles = {f"{world.person(name)['cio_id']}" for name in ("ada", "old")}
    world.alias("ada", "old", at=40)
    world.identify("bob", at=20, anonymous="a")
    told = [str(getattr(one, "cio_id", None)) for one in world.told("events_moved")]
    assert sorted(told) == sorted(profiles)


def test_a_repeat_counts_once_also_after_the_anonymous_id_changed_hands() -> None:
    world = World()
    world.identify("ada", at=10, anonymous="a")
    event = world.track(anonymous="a", at=20, name="once")
    world.semantic("User Deleted", "ada", at=15)
    world.identify("bob", at=100, anonymous="a")
    world.track(anonymous="a", at=20, name="once")
    assert world.events("bob").count(event) <= 1
    assert world.waiting("a") == 0


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("junk", ["undefined", "null", "[object Object]"])
def test_junk_is_nobodys(junk: str, allowed: bool) -> None:
    """Also where it may be a userId: all whose programs make the same mistake would be one person."""
    world = World(WorkspaceSettings(allow_junk_identifiers=allowed))
    world.track(anonymous=junk)
    world.identify("ada", anonymous=junk)
    assert world.person("ada")["anonymous_ids"] == []
    assert world.events("ada") == []


def test_without_anonymous_merge_events_stay_but_groups_follow() -> None:
    world = World(WorkspaceSettings(anonymous_merge=False))
    world.track(anonymous="a")
    world.group("acme", anonymous="a")
    world.identify("ada", anonymous="a")
    world.track(anonymous="a")
    assert world.events("ada") == []
    assert world.waiting("a") == 2
    assert world.related("ada") == {"acme": {}}


def test_what_came_up_to_a_deletion_is_forgotten_and_the_id_may_be_linked_anew() -> None:
    world = World()
    world.identify("ada", at=10, anonymous="a")
    world.track(anonymous="a", at=20)
    world.semantic("User Deleted", "ada", at=30)
    world.track(anonymous="a", at=25)
    later = world.track(anonymous="a", at=40)
    world.identify("bob", at=50, anonymous="a")
    assert world.events("bob") == [later]
    world.identify("eve", at=15, anonymous="a")
    assert world.events("eve") == [later], "she had it until bob; but what is forgotten is nobody's"
    assert [change.cause.message_id for change in world.told("ignored_deleted")] == ["m3"]


def test_an_identify_of_an_anonymous_id_alone_is_nobody() -> None:
    world = World()
    world.send({"type": "identify", "anonymousId": "a", "traits": {"plan": "pro"}})
    assert world.people() == []
    assert len(world.told("ignored_anonymous_identify")) == 1


def test_a_group_or_device_call_that_was_passed_on_at_once_is_not_given_to_another_when_repeated() -> None:
    """Only events move to whose they prove to be (docs/workspace.md, Limits); but nobody gets what somebody has."""
    world = World()
    world.identify("ada", at=10, anonymous="a")
    group: JsonObject = {"type": "group", "anonymousId": "a", "groupId": "acme", "traits": {}}
    device: JsonObject = {
        "type": "track", "event": "Application Opened", "anonymousId": "a", "properties": {"x": 1},
        "context": {"device": {"token": "t", "type": "ios"}},
    }  # fmt: skip
    for _ in range(2):
        world.send(group, at=30, name="g")
        world.send(device, at=30, name="d")
        world.identify("bob", at=20, anonymous="a")
    assert (world.related("ada"), world.tokens("ada")) == ({"acme": {}}, ["t"])
    assert (world.related("bob"), world.tokens("bob")) == ({}, [])


@pytest.mark.parametrize("late", [False, True], ids=["before the merge", "after it"])
def test_what_came_under_the_anonymous_id_of_a_merged_person_goes_after_what_the_primary_was_told(late: bool) -> None:
    """Also if it arrives late, or once more; but not what was said after the merge."""
    world = World()
    world.identify("ada", at=0)
    world.identify("bob", at=1, anonymous="a")
    world.group("acme", "ada", at=2, relationshipAttributes={"role": "primary"})
    call: JsonObject = {
        "type": "group", "anonymousId": "a", "groupId": "acme",
        "traits": {"relationshipAttributes": {"role": "bob", "x": 1}},
    }  # fmt: skip
    if not late:
        world.send(call, at=3, name="g")
    world.alias("ada", "bob", at=4)
    for _ in range(2):
        world.send(call, at=3, name="g")
    assert world.related("ada") == {"acme": {"role": "primary", "x": 1}}
    world.identify("ada", at=5, anonymous="a")
    world.send(call, at=3.5)
    assert world.related("ada") == {"acme": {"role": "primary", "x": 1}}
    world.send(call, at=6)
    assert world.related("ada") == {"acme": {"role": "bob", "x": 1}}


def test_what_waited_under_it_goes_the_same_way() -> None:
    world = World()
    world.identify("eve", at=0)
    world.identify("ada", at=0)
    world.identify("bob", at=1, anonymous="a")
    for primary, secondary, at in (("ada", "bob", 4), ("eve", "ada", 8)):
        world.group("acme", primary, at=2, relationshipAttributes={"role": primary, primary: True})
        world.alias(primary, secondary, at=at)
    world.group("acme", anonymous="a", at=6, relationshipAttributes={"role": "bob", "ada": False, "bob": True})
    assert world.related("eve") == {"acme": {"role": "eve", "eve": True, "ada": False, "bob": True}}


def second(action: str, trigger: str, **mapping: Json) -> Subscription:
    """A second subscription like the preset, with another mapping."""
    usual = ACTIONS[action].default_mapping(ActionSettings())
    return Subscription(name="second", action=action, trigger=trigger, mapping={**usual, **mapping})


@pytest.mark.parametrize("identified", ["before", "after"])
def test_two_subscriptions_calls_of_one_event_are_no_repeats(identified: str) -> None:
    more: JsonObject = {"@path": "$.context.more"}
    world = World(
        more=[
            second("createUpdateObject", 'type = "group"', relationship_attributes=more),
            second("createUpdateDevice", 'event = "Application Opened"', attributes=more),
        ]
    )
    if identified == "before":
        world.identify("ada", anonymous="a")
    context: JsonObject = {"more": {"seat": 4}, "device": {"token": "t", "type": "ios"}}
    event: JsonObject = {"anonymousId": "a", "context": context}
    for _ in range(2):  # the second time a repeat
        world.send({**event, "type": "group", "groupId": "acme", "traits": {"size": 7}}, 100, name="g")
        opened: JsonObject = {"type": "track", "event": "Application Opened", "properties": {"v": 1}}
        world.send({**event, **opened}, 110, name="d")
    if identified == "after":
        assert world.waiting("a") == 4
        world.identify("ada", at=200, anonymous="a")
    assert world.related("ada") == {"acme": {"seat": 4}}
    (device,) = items(world.person("ada")["devices"])
    assert device["attributes"] == {"v": 1, "seat": 4}


def test_a_late_call_is_not_dropped_the_moment_it_comes() -> None:
    """Its identify may be as late, and still to come."""
    world = World()
    world.send({"type": "track", "event": "Old", "anonymousId": "a"}, at=0, arrived=2 * KEEP_SECONDS)
    assert world.waiting("a") == 1
