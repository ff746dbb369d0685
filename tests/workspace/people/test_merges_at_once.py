"""Merges of which the one begins while the other is under way, or whose person goes meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from tests.workspace.scenarios import as_object, compiled, objects
from tests.workspace.world import START
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject
from worker.simulation import Arrival, simulate
from worker.workspace.effects import Place, Put
from worker.workspace.keys import profile_key
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import AbsorbNames
from worker.workspace.people import decide_people
from worker.workspace.people.lineage import CLAIMED
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import PeopleValue, Profile
from worker.workspace.values.records import Names

SEEDS = 40
PARTITIONS = 12


def arrival(event: JsonObject, at: float) -> Arrival:
    stamp = datetime.fromtimestamp(START + at, UTC).isoformat()
    return Arrival({"messageId": f"at {at}", **event, "timestamp": stamp}, START + at)


def identify(user: str, at: float, **traits: Json) -> Arrival:
    return arrival({"type": "identify", "userId": user, "traits": traits}, at)


def track(user: str, at: float, event: str = "Done") -> Arrival:
    return arrival({"type": "track", "userId": user, "event": event, "properties": {}}, at)


def group(user: str, name: str, at: float, role: str = "member") -> Arrival:
    traits: JsonObject = {"relationshipAttributes": {"role": role}}
    return arrival({"type": "group", "userId": user, "groupId": name, "traits": traits}, at)


def alias(primary: str, secondary: str, at: float) -> Arrival:
    return arrival({"type": "alias", "userId": primary, "previousId": secondary}, at)


def workspaces(arrivals: Sequence[Arrival]) -> Iterator[JsonObject]:
    """What comes of it, however what is under way overtakes each other."""
    settings = WorkspaceSettings()
    subscriptions = compiled(ActionSettings(identifiers=settings.identifiers))
    for seed in range(SEEDS):
        yield simulate(arrivals, subscriptions, settings, partitions=PARTITIONS, seed=seed)


def roles(person: JsonObject) -> dict[Json, Json]:
    return {one["object_id"]: as_object(one["attributes"])["role"] for one in objects(person["relationships"])}


def test_what_reaches_the_primary_only_after_it_was_merged_itself_still_goes_behind_what_was_the_primarys() -> None:
    arrivals = [
        *(identify(user, at) for at, user in enumerate(("ada", "bob", "eve"))),
        group("ada", "acme", 100, "primary's"),
        *(group("bob", f"other{number}", 200 + number) for number in range(10)),
        group("bob", "acme", 300, "secondary's"),
        alias("ada", "bob", 400),
        alias("eve", "ada", 400.1),
    ]
    for workspace in workspaces(arrivals):
        (eve,) = objects(workspace["people"])
        assert roles(eve)["acme"] == "primary's"


@pytest.mark.parametrize("identified", ["ada", "bob", "eve"])
def test_who_stays_of_a_circle_is_all_that_they_were(identified: str) -> None:
    names = ("ada", "bob", "eve")
    arrivals = [
        *(track(name, at) for at, name in enumerate(names)),
        identify(identified, 5, plan="pro"),
        *(group(name, f"{name}'s", 10 + at) for at, name in enumerate(names)),
        alias("ada", "bob", 400),
        alias("bob", "eve", 400.1),
        alias("eve", "ada", 400.2),
        *(track(name, 500 + at) for at, name in enumerate(names)),
        group("ada", "later", 600),
    ]
    for workspace in workspaces(arrivals):
        (person,) = objects(workspace["people"])
        assert person["id"] in names
        assert person["attributes"] == {"plan": "pro"}
        assert roles(person).keys() == {"ada's", "bob's", "eve's", "later"}
        assert len(objects(person["events"])) == 6


def test_two_calls_at_once_that_name_both_halves_of_a_person() -> None:
    arrivals = [
        identify("ada", 0),
        identify("ada@x.io", 1),
        *(identify("ada", 400 + part / 10, email="ada@x.io", **{f"a{part}": part}) for part in range(3)),
    ]
    for workspace in workspaces(arrivals):
        (ada,) = objects(workspace["people"])
        assert (ada["id"], ada["email"], ada["attributes"]) == ("ada", "ada@x.io", {"a0": 0, "a1": 1, "a2": 2})
        assert not [one for one in objects(workspace["activities"]) if one["type"] == "failed_attribute_change"]


@pytest.mark.parametrize("freed", ["ada", "bob", "b@x.io", "lead@x.io"])
def test_all_names_are_free_again_of_who_was_suppressed_in_the_midst_of_a_merge(freed: str) -> None:
    arrivals = [
        identify("ada", 0),
        identify("bob", 1, email="b@x.io"),
        identify("lead@x.io", 2),
        alias("bob", "lead@x.io", 200),
        alias("ada", "bob", 400),
        track("ada", 400.1, "User Suppressed"),
        track(freed, 500, "User Unsuppressed"),
        *(track(name, 600 + at) for at, name in enumerate(("ada", "bob", "b@x.io", "lead@x.io"))),
    ]
    for workspace in workspaces(arrivals):
        assert workspace["suppressed"] == []
        assert [len(objects(one["events"])) for one in objects(workspace["people"])] == [1, 1, 1, 1]


def test_what_comes_back_to_who_is_a_person_again_is_as_it_was() -> None:
    """A handle claimed for a call that is under way is still claimed; none need be told whose they are."""
    cio_id, handle = "0000aaaaaaaaaaaaaaaa", "email:a@x.io"
    cause = Cause("m1", 100.0, 100.0, "segment.events", 0, 1)
    state: dict[str, PeopleValue] = {profile_key(cio_id): Profile(cio_id, created=1.0)}
    page = AbsorbNames(
        to=profile_key(cio_id), cause=cause, origin=cio_id, kind="handles", names={handle: CLAIMED}, rank=2
    )
    effects = decide_people(state, page, Place(0, 1), WorkspaceSettings())
    assert {one.key: one.value for one in effects if isinstance(one, Put)} == {
        f"handles/0/{cio_id}": Names({handle: CLAIMED}),
        profile_key(cio_id): Profile(cio_id, created=1.0, handles=1),
    }
