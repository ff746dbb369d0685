"""Two halves of a person that find each other, while one of them may be no half any more."""

from msgspec import Struct
from msgspec.structs import replace

from tests.workspace.scenarios import as_object
from tests.workspace.world import World
from worker.jsontypes import JsonObject
from worker.partitioning import partition_of
from worker.workspace.attributes import COUNT_MAX
from worker.workspace.changes import FailedAttributeChange
from worker.workspace.effects import Place, Publish, Put, Send
from worker.workspace.keys import email_key, profile_key
from worker.workspace.messages.calls import Identify
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import MergeInto
from worker.workspace.messages.people import Declined, Halves
from worker.workspace.people.decide import decide_people
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import PeopleValue, Profile

PARTITIONS = 4
ASKER, OTHER = "0000aaaaaaaaaaaaaaaa", "0001bbbbbbbbbbbbbbbb"
EMAIL = next(email for number in range(40) if partition_of(email_key(email := f"e{number}@x.io"), PARTITIONS) > 1)
CAUSE = Cause("m1", 100.0, 100.0, "segment.events", 0, 1)


def offered(asker: Profile) -> tuple[list[Struct], list[Struct], Struct | None]:
    """The messages, the changes and the asker when somebody with only the email offers to merge."""
    call = Identify(
        to=profile_key(ASKER), cause=CAUSE, at=100.0, named="id:ada", attributes={}, email=EMAIL, via="id:ada"
    )
    halves = Halves(
        to=call.to, cause=CAUSE, wanted=email_key(EMAIL), asker=ASKER, other=OTHER, created=50.0, identify=call
    )
    state: dict[str, PeopleValue] = {call.to: asker}
    effects = decide_people(state, halves, Place(0, PARTITIONS), WorkspaceSettings())
    return (
        [one.message for one in effects if isinstance(one, Send)],
        [one.change for one in effects if isinstance(one, Publish)],
        next((one.value for one in effects if isinstance(one, Put) and one.key == call.to), None),
    )


def test_a_half_that_is_older_has_the_other_one_merged_into_it_and_is_nobody_elses_meanwhile() -> None:
    (into,), changes, asker = offered(Profile(ASKER, created=10.0, identified=True, id="ada"))
    assert isinstance(into, MergeInto)
    assert (into.to, into.target, into.half) == (profile_key(OTHER), ASKER, "email")
    assert changes == []
    assert isinstance(asker, Profile)
    assert asker.promised == OTHER


def test_who_is_no_half_any_more_declines_and_does_not_get_the_email() -> None:
    whole = Profile(ASKER, created=10.0, identified=True, id="ada", email="new@x.io", email_at=(90.0, "m0"))
    (declined, *rest), changes, _ = offered(whole)
    assert declined == Declined(to=profile_key(OTHER), cause=CAUSE, promised=ASKER)
    assert not any(isinstance(one, MergeInto) for one in rest)
    (failed,) = changes
    assert isinstance(failed, FailedAttributeChange)
    assert (failed.attribute, failed.value, failed.reason) == ("email", EMAIL, "taken")


def test_who_was_declined_may_be_claimed_again() -> None:
    key = profile_key(ASKER)
    promised = Profile(ASKER, created=10.0, id="ada", promised=OTHER)
    state: dict[str, PeopleValue] = {key: promised}
    declined = Declined(to=key, cause=CAUSE, promised=OTHER)
    assert decide_people(state, declined, Place(0, PARTITIONS), WorkspaceSettings()) == [
        Put(key, replace(promised, promised=""))
    ]
    another = replace(declined, promised="0002cccccccccccccccc")
    assert decide_people(state, another, Place(0, PARTITIONS), WorkspaceSettings()) == []


def test_merges_make_nobody_larger_than_anybody_may_be() -> None:
    world = World()
    for user, first in (("e@x.io", "a"), ("ada", "b"), ("bob", "c")):
        traits: JsonObject = {f"{first}{number}": number for number in range(200)}
        world.send({"type": "identify", "userId": user, "traits": traits})
    world.identify("ada", email="e@x.io")
    assert len(as_object(world.person("ada")["attributes"])) == COUNT_MAX
    refused = {str(getattr(one, "attribute", "")) for one in world.told("attribute_refused")}
    assert len(refused) == 100
    world.alias("ada", "bob")
    attributes = as_object(world.person("ada")["attributes"])
    assert len(attributes) == COUNT_MAX
    refused = {str(getattr(one, "attribute", "")) for one in world.told("attribute_refused")}
    assert len(refused | attributes.keys()) == 600, "what is left out is told"


def test_of_two_halves_the_newer_attributes_are_told_where_true_became_1() -> None:
    world = World()
    world.identify("ada", seats=True, deep={"seats": [False]}, plan="pro")
    world.group("acme", "ada", relationshipAttributes={"lead": True})
    world.identify("", email="ada@x.io", seats=1, deep={"seats": [0]}, plan="pro")
    world.group("acme", "ada@x.io", relationshipAttributes={"lead": 1})
    world.identify("ada", email="ada@x.io")
    assert str(world.person("ada")["attributes"]) == str({"seats": 1, "deep": {"seats": [0]}, "plan": "pro"})
    assert str(world.related("ada")) == str({"acme": {"lead": 1}})
    (absorbed,) = world.told("person_absorbed")
    assert getattr(absorbed, "set", None) == {"seats": 1, "deep": {"seats": [0]}, "plan": "pro"}
