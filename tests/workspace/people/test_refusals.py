"""What was refused stays refused when the call is repeated, however much was refused since (docs/workspace.md)."""

import pytest

from tests.workspace.world import World, items
from worker.destination.actions import ACTIONS
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription
from worker.jsontypes import JsonObject
from worker.workspace.settings import WorkspaceSettings

MANY = 60
"""More than go on one page."""


def alias(primary: str, secondary: str) -> JsonObject:
    return {"type": "alias", "userId": primary, "previousId": secondary}


def asking(email: str) -> JsonObject:
    return {"type": "identify", "userId": "ada", "traits": {"email": email}}


def test_an_email_is_not_given_after_many_aliases() -> None:
    """An alias of an anonymous id counts as a refused merge, and a site may send one at each login."""
    world = World()
    world.identify("owner", at=0, email="e@x.io")
    world.send(asking("e@x.io"), at=10, name="asking")
    for number in range(MANY):
        world.alias("ada", f"browser{number}", at=20 + number)
    world.identify("owner", at=200, email="other@x.io")
    world.send(asking("e@x.io"), at=10, name="asking")
    assert world.person("ada")["email"] is None


def test_nor_after_many_other_emails() -> None:
    world = World()
    for number in range(MANY):
        world.identify(f"u{number}", at=number, email=f"e{number}@x.io")
        world.send(asking(f"e{number}@x.io"), at=100 + number, name=f"asking{number}")
    world.identify("u0", at=300, email="other@x.io")
    world.send(asking("e0@x.io"), at=100, name="asking0")
    assert world.person("ada")["email"] is None


def test_an_alias_of_an_anonymous_id_stays_one_when_it_becomes_an_id() -> None:
    world = World()
    world.identify("ada", at=0)
    for number in range(MANY):
        world.send(alias("ada", f"q{number}"), at=20 + number, name=f"alias{number}")
    world.identify("q0", at=200)
    world.send(alias("ada", "q0"), at=20, name="alias0")
    assert [one["id"] for one in world.people()] == ["ada", "q0"]


def test_an_alias_stays_refused_where_nobody_was_however_many_others_were() -> None:
    world = World()
    for number in range(MANY):
        world.identify(f"u{number}", at=number)
        world.send(alias("ada", f"u{number}"), at=100 + number, name=f"alias{number}")
    world.identify("ada", at=50)
    world.send(alias("ada", "u0"), at=100, name="alias0")
    assert len(world.people()) == MANY + 1
    assert len(world.told("merge_refused")) == MANY


def test_and_after_a_deletion() -> None:
    world = World()
    world.identify("bob", at=0)
    world.send(alias("ada", "bob"), at=30, name="alias")
    world.identify("ada", at=5)
    world.semantic("User Deleted", "ada", at=10)
    world.identify("ada", at=20)
    world.send(alias("ada", "bob"), at=30, name="alias")
    assert [one["id"] for one in world.people()] == ["ada", "bob"]


def test_refusals_go_with_a_merge() -> None:
    """What was refused to the secondary, and asked for through its id."""
    world = World(WorkspaceSettings(auto_merge=False))
    world.identify("owner", at=0, email="e@x.io")
    world.send(asking("e@x.io"), at=10, name="asking")
    for number in range(MANY):
        world.send(alias("ada", f"q{number}"), at=20 + number, name=f"alias{number}")
    world.identify("primary", at=100)
    world.alias("primary", "ada", at=110)
    world.identify("q0", at=120)
    world.identify("owner", at=130, email="other@x.io")
    world.send(asking("e@x.io"), at=10, name="asking")
    world.send(alias("ada", "q0"), at=20, name="alias0")
    assert world.person("primary")["email"] is None
    assert {str(one["id"]) for one in world.people()} == {"owner", "primary", "q0"}


def test_nothing_of_them_stays_of_somebody_deleted() -> None:
    world = World(partitions=1)
    world.identify("ada", at=0)
    for number in range(10 * MANY):
        world.alias("ada", f"q{number}", at=20 + number)
    world.semantic("User Deleted", "ada", at=2000)
    table = world.simulation.network.tables["people", 0]
    assert [key for key in table if key.startswith("refused/")] == []
    assert items(world.shown()["people"]) == []


SUPPRESSED: JsonObject = {"type": "identify", "userId": "ada", "traits": {"email": "gone@x.io", "plan": "never"}}


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
@pytest.mark.parametrize("event", ["User Suppressed", "User Deleted"])
def test_a_call_ignored_for_its_email_is_ignored_again_after_a_newer_one(event: str, known: bool) -> None:
    """Else it would not ask for that email any more, and apply."""
    world = World()
    if known:
        world.identify("ada", at=0)
    world.semantic(event, "gone@x.io", at=20)
    world.send(SUPPRESSED, at=10, name="ignored")
    world.identify("ada", at=30, email="new@x.io")
    before = len(world.changes())
    world.send(SUPPRESSED, at=10, name="ignored")
    assert world.person("ada")["attributes"] == {}
    assert len(world.changes()) == before


def test_also_after_a_merge() -> None:
    world = World()
    world.identify("ada", at=0)
    world.semantic("User Suppressed", "gone@x.io", at=5)
    world.send(SUPPRESSED, at=10, name="ignored")
    world.identify("primary", at=20, email="new@x.io")
    world.alias("primary", "ada", at=30)
    world.send(SUPPRESSED, at=10, name="ignored")
    assert world.person("primary")["attributes"] == {}


def test_nor_does_an_email_that_was_refused_and_came_by_a_merge_change_how_it_is_written() -> None:
    world = World()
    world.identify("bob", at=0, email="e@x.io")
    world.send(asking("E@x.io"), at=10, name="asking")
    world.alias("ada", "bob", at=20)
    world.send(asking("E@x.io"), at=10, name="asking")
    assert world.person("ada")["email"] == "e@x.io"


def merging(*secondaries: str) -> list[Subscription]:
    """Subscriptions that merge a user with those whom an identify's traits name."""
    return [
        Subscription(
            name=trait,
            action="mergePeople",
            trigger=f'type = "identify" and traits.{trait} != ""',
            mapping={"primary": {"@path": "$.userId"}, "secondary": {"@path": f"$.traits.{trait}"}},
        )
        for trait in secondaries
    ]


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_refused_merge_does_not_cost_the_identify_of_the_same_event(partitions: int) -> None:
    world = World(partitions=partitions, more=merging("old_id", "older_id"), first=True)
    world.identify("old", at=0)
    event: JsonObject = {"type": "identify", "userId": "ada"}
    for _ in range(2):  # the second time a repeat
        world.send({**event, "traits": {"email": "ada@x.io", "old_id": "old", "older_id": "older"}}, at=10, name="both")
        assert world.person("ada")["email"] == "ada@x.io"
        assert len(world.told("merge_refused")) == 2
        assert len(world.people()) == 2


def test_nor_does_an_identify_that_is_ignored_for_its_email_cost_another_one_or_the_word_of_a_merge() -> None:
    usual = ACTIONS["createUpdatePerson"].default_mapping(ActionSettings())
    second = Subscription(
        name="second",
        action="createUpdatePerson",
        trigger='type = "identify" and traits.work_email != ""',
        mapping={**usual, "email": {"@path": "$.traits.work_email"}},
    )
    for known in (False, True):
        world = World(more=[second, *merging("old_id")])
        if known:
            world.identify("ada", at=0)
        world.semantic("User Suppressed", "gone@x.io", at=5)
        traits: JsonObject = {"email": "gone@x.io", "work_email": "ada@x.io", "old_id": "old"}
        for _ in range(2):
            world.send({"type": "identify", "userId": "ada", "traits": traits}, at=10, name="both")
            assert world.person("ada")["email"] == "ada@x.io"
            assert len(world.told("ignored_suppressed")) == 1


def test_a_junk_id_that_may_be_a_userid_is_merged_if_it_is_one_and_no_anonymous_id_if_not() -> None:
    world = World(WorkspaceSettings(allow_junk_identifiers=True))
    world.identify("ada")
    world.identify("null", plan="pro")
    world.alias("ada", "null")
    world.track(anonymous="undefined")
    world.alias("ada", "undefined")
    (refused,) = world.told("merge_refused")
    assert getattr(refused, "reason", None) == "unknown_secondary"
    assert world.person("ada")["attributes"] == {"plan": "pro"}
    assert (world.person("ada")["anonymous_ids"], world.events("ada")) == ([], [])
