"""Who an identify names, and who gets the id and email (customerio_semantics.md 3.2)."""

import pytest

from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.workspace.people.handles import FORMERS_MAX
from worker.workspace.settings import WorkspaceSettings


def failed(world: World) -> list[tuple[object, object]]:
    return [
        (getattr(one, "attribute", None), getattr(one, "reason", None)) for one in world.told("failed_attribute_change")
    ]


def test_a_lead_becomes_a_customer_and_stays_the_same_person() -> None:
    world = World()
    world.identify("lead@x.io", plan="free")
    lead = world.person("lead@x.io")["cio_id"]
    world.identify("ada", email="Lead@X.io")
    assert world.person("ada")["cio_id"] == lead
    assert world.person("ada")["email"] == "Lead@X.io"
    assert world.person("ada")["attributes"] == {"plan": "free"}


def test_an_email_of_somebody_else_with_an_id() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.identify("bob", email="a@x.io", plan="pro")
    assert world.person("bob")["email"] is None
    assert world.person("bob")["attributes"] == {"plan": "pro"}, "the call's other attributes apply"
    assert failed(world) == [("email", "taken")]


def test_or_that_person_gets_the_new_id() -> None:
    world = World(WorkspaceSettings(on_id_conflict="rename"))
    world.identify("ada", email="a@x.io")
    cio_id = world.person("ada")["cio_id"]
    world.identify("bob", email="a@x.io")
    assert world.person("bob")["cio_id"] == cio_id
    world.track("ada")
    assert len(world.people()) == 2, "the old id is free"


def test_but_not_by_an_older_call() -> None:
    world = World(WorkspaceSettings(on_id_conflict="rename"))
    world.identify("ada", at=0, email="a@x.io")
    world.identify("bob", at=50, email="a@x.io")
    world.identify("eve", at=20, email="a@x.io")
    assert {one["id"]: one["email"] for one in world.people()} == {"bob": "a@x.io", "eve": None}
    assert failed(world) == [("email", "taken")]


@pytest.mark.parametrize("allowed", [True, False])
def test_changing_an_email_by_id(allowed: bool) -> None:
    world = World(WorkspaceSettings(allow_email_update_using_id=allowed))
    world.identify("ada", email="a@x.io")
    world.identify("ada", email="b@x.io")
    assert world.person("ada")["email"] == ("b@x.io" if allowed else "a@x.io")
    assert failed(world) == ([] if allowed else [("email", "not_allowed")])
    world.identify("new", email="a@x.io")
    assert (world.person("new")["email"] == "a@x.io") is allowed, "the old email is free"


@pytest.mark.parametrize("known", [True, False])
def test_an_email_that_names_the_person_changes_by_the_cio_id_only(known: bool) -> None:
    world = World()
    if known:
        world.identify("login@x.io")
    world.identify("login@x.io", email="contact@x.io", plan="pro")
    event = world.track("login@x.io")
    assert [(one["email"], one["attributes"]) for one in world.people()] == [("login@x.io", {"plan": "pro"})]
    assert world.events("login@x.io") == [event]
    assert failed(world) == [("email", "not_allowed")]
    world.change_email("login@x.io", "contact@x.io")
    assert [one["email"] for one in world.people()] == ["contact@x.io"]


def test_a_late_call_is_of_who_had_the_email_then_however_many_have_had_it_since() -> None:
    world = World()
    first: JsonObject = {"type": "identify", "userId": "p@x.io", "traits": {"secret": 1}}
    world.send(first, at=0, name="first")
    world.change_email("p@x.io", "new1@x.io", at=5)
    world.identify("p@x.io", at=10, plan="pro")
    world.change_email("p@x.io", "new2@x.io", at=20)
    world.identify("p@x.io", at=30)
    world.send(first, at=0, name="first")
    late = [world.track("p@x.io", at=at) for at in (3, 15, 25)]
    assert world.person("new1@x.io")["attributes"] == {"secret": 1}
    assert world.person("new2@x.io")["attributes"] == {"plan": "pro"}
    assert [world.events(name) for name in ("new1@x.io", "new2@x.io", "p@x.io")] == [[one] for one in late]


def test_a_handle_remembers_those_who_had_it_last() -> None:
    world = World()
    for number in range(FORMERS_MAX + 2):
        world.identify("p@x.io", at=10 * number)
        world.change_email("p@x.io", f"p{number}@x.io", at=10 * number + 5)
    world.track("p@x.io", at=10 * FORMERS_MAX + 3, name="late")
    assert world.events(f"p{FORMERS_MAX}@x.io") == ["late"]


def test_changing_an_id_needs_the_cio_id() -> None:
    world = World()
    world.identify("ada")
    world.identify("ada", id="eve")
    assert failed(world) == [("id", "not_allowed")]
    world.identify(f"cio_{world.person('ada')['cio_id']}", id="eve")
    assert [one["id"] for one in world.people()] == ["eve"]


def test_an_older_identify_does_not_change_the_email() -> None:
    world = World()
    world.identify("ada", at=20, email="new@x.io")
    world.identify("ada", at=10, email="old@x.io", plan="free")
    assert world.person("ada")["email"] == "new@x.io"
    assert world.person("ada")["attributes"] == {"plan": "free"}


def test_two_halves_of_a_person_are_merged_the_older_one_stays() -> None:
    world = World()
    world.identify("e@x.io", plan="free", city="Oslo")
    older = world.person("e@x.io")["cio_id"]
    world.identify("ada", plan="pro")
    event = world.track("ada")
    world.identify("ada", email="e@x.io")
    (person,) = world.people()
    assert person["cio_id"] == older
    assert (person["id"], person["email"]) == ("ada", "e@x.io")
    assert person["attributes"] == {"plan": "pro", "city": "Oslo"}, "they have always been one: the newest stays"
    assert world.events("ada") == [event]


def test_without_auto_merge_the_email_is_taken() -> None:
    world = World(WorkspaceSettings(auto_merge=False))
    world.identify("e@x.io")
    world.identify("ada")
    world.identify("ada", email="e@x.io")
    assert len(world.people()) == 2
    assert failed(world) == [("email", "taken")]


def test_a_refused_value_stays_refused_when_the_call_is_repeated() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    call: JsonObject = {
        "type": "identify",
        "userId": "bob",
        "traits": {"email": "a@x.io"},
        "messageId": "m",
        "timestamp": "2024-03-04T10:00:00Z",
    }
    world.again({**call})
    world.semantic("User Deleted", "ada", at=10_000)
    world.again({**call})
    assert world.person("bob")["email"] is None
    assert len(failed(world)) == 1


@pytest.mark.parametrize("email", ["no address", "ada@", "@x.io", "ada@x@y.io", "ada@x .io"])
@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
def test_what_is_no_email_address_is_refused_and_the_rest_applies(email: str, known: bool) -> None:
    world = World()
    if known:
        world.identify("ada")
    world.identify("ada", email=email, plan="pro")
    assert (world.person("ada")["email"], world.person("ada")["attributes"]) == (None, {"plan": "pro"})
    assert failed(world) == [("email", "invalid")]


def test_an_unknown_cio_id_is_ignored() -> None:
    world = World()
    world.identify("cio_0000ffffffffffffffff", plan="pro")
    assert world.people() == []
    assert len(world.told("ignored_unknown_cio_id")) == 1


def test_so_is_any_call_that_names_one() -> None:
    world = World()
    nobody = "cio_0000ffffffffffffffff"
    world.track(nobody)
    world.group("acme", nobody)
    world.semantic("Relationship Deleted", nobody, objectId="acme")
    world.device("t", nobody)
    world.device("t", nobody, removed=True)
    world.alias(nobody, "ada")
    world.semantic("User Deleted", nobody)
    assert world.people() == []
    calls = [getattr(one, "call", None) for one in world.told("ignored_unknown_cio_id")]
    assert calls == ["event", "relate", "unrelate", "add_device", "remove_device", "merge", "erase"]


def test_by_ids_only_the_email_is_an_attribute() -> None:
    world = World(WorkspaceSettings(identifiers="id"))
    world.identify("ada", email="a@x.io")
    world.identify("bob", email="a@x.io")
    world.identify("a@x.io")
    assert [(one["id"], one["email"]) for one in world.people()] == [
        ("a@x.io", None),
        ("ada", "a@x.io"),
        ("bob", "a@x.io"),
    ]


def test_naming_an_email_that_a_merge_has_brought_does_not_change_the_email() -> None:
    world = World()
    world.identify("ada", email="a@x.io")
    world.identify("old@x.io")
    world.alias("ada", "old@x.io")
    world.identify("old@x.io", plan="pro")
    assert world.person("ada")["email"] == "a@x.io"
    assert world.person("ada")["attributes"] == {"plan": "pro"}


def test_no_email_is_no_change_of_the_email() -> None:
    world = World()
    world.identify("ada", at=20)
    world.identify("ada", at=10, email="a@x.io")
    assert world.person("ada")["email"] == "a@x.io"


@pytest.mark.parametrize("before", ["lead@x.io", "eve", None])
def test_another_id_among_the_attributes_is_refused_also_to_who_just_got_the_id(before: str | None) -> None:
    world = World(WorkspaceSettings(on_id_conflict="rename"))
    if before is not None:
        world.identify(before, email="lead@x.io")
    call: JsonObject = {
        "type": "identify",
        "userId": "ada",
        "traits": {"email": "lead@x.io", "id": "bob"},
        "messageId": "m",
        "timestamp": "2024-03-04T10:00:00Z",
    }
    world.again({**call})
    assert world.person("ada")["email"] == "lead@x.io"
    assert failed(world) == [("id", "not_allowed")]
    world.again({**call})
    assert len(failed(world)) == 1
