"""State per record is bounded, however many there are under one key; so is what one decision does."""

import pytest
from msgspec.structs import replace

from tests.workspace.limits import NOW, Figures, Measured, cause, identify, related_people, waiting_events
from worker.jsontypes import JsonObject
from worker.partitioning import partition_of
from worker.runtime.unit import RECORD_WRITES_BYTES
from worker.segment.events import MAX_MESSAGE_ID
from worker.workspace.attributes import COUNT_MAX, REMOVED_MAX, REMOVED_NAME_MAX
from worker.workspace.effects import Send
from worker.workspace.junk import LONGEST_TOKEN
from worker.workspace.keys import email_key, id_key
from worker.workspace.messages.calls import AddDevice, Event, Identify, Merge, Relate
from worker.workspace.messages.cause import Cause
from worker.workspace.values.records import Names

SMALL, LARGE = 300, 3_000

VALUE_BYTES_MAX = 16 * 1024

DECISION_BYTES_MAX = 64 * 1024
"""Of one decision's writes and messages; a unit of the runtime takes eight times as much (worker/runtime)."""

EFFECTS_MAX = 800


def bounded(figures: Figures) -> None:
    assert figures.value_bytes < VALUE_BYTES_MAX
    assert figures.effect_bytes < DECISION_BYTES_MAX
    assert figures.effects < EFFECTS_MAX


def test_events_that_wait_under_one_anonymous_id() -> None:
    small, large = waiting_events(SMALL), waiting_events(LARGE)
    for figures in (*small, *large):
        bounded(figures)
    assert large[0].waiting == LARGE
    assert large[1].waiting == 0
    assert large[0].value_bytes < 1.5 * small[0].value_bytes
    assert large[1].effect_bytes < 1.5 * small[1].effect_bytes
    assert large[1].decisions > large[0].decisions + LARGE / 100, "it is flushed in steps"


def test_people_related_to_one_object() -> None:
    small, large = related_people(SMALL), related_people(LARGE)
    for figures in (*small, *large):
        bounded(figures)
    assert large[1].value_bytes == pytest.approx(small[1].value_bytes, rel=0.5)
    assert large[1].decisions > large[0].decisions + LARGE, "everybody is told, in steps"


def relate_largest(user: str, number: int) -> Send:
    """A group call that says as much of a relationship as one can keep."""
    said: JsonObject = {f"attribute {at}": "x" * 310 for at in range(COUNT_MAX)}
    said |= {f"{at:0{REMOVED_NAME_MAX}}": None for at in range(REMOVED_MAX)}
    why = Cause("m" * (MAX_MESSAGE_ID - 3) + f"{number:03}", NOW, NOW, "segment.events", 0, number)
    to = id_key(user)
    relate = Relate(
        to=to, cause=why, at=NOW, name=f"1/{number}", object_attributes={}, relationship_attributes=said
    )  # fmt: skip
    return Send("people", to, relate)


def known(network: Measured, user: str, *, identified: bool) -> None:
    done = Event(
        to=id_key(user), cause=cause(0), at=NOW, kind="event", name="Done", id="e", timestamp=int(NOW), attributes={}
    )
    network.arrive(identify(1, user, NOW, f"anonymous {user}") if identified else Send("people", done.to, done))


def owners(network: Measured) -> list[str]:
    """Whose the relationships are."""
    records = [record for table in network.tables.values() for record in table]
    return [record.split("/")[1] for record in records if record.startswith("relationship/")]


def test_large_group_calls_that_wait_for_an_identify() -> None:
    network = Measured(4)
    for number in range(20):
        network.arrive(relate_largest("ada", number))
    network.arrive(identify(20, "ada", NOW + 1))
    assert len(owners(network)) == 20
    assert network.write_bytes < RECORD_WRITES_BYTES


@pytest.mark.parametrize("secondary_identified", [False, True])
@pytest.mark.parametrize("primary_identified", [False, True])
def test_large_group_calls_of_two_people_who_are_merged(primary_identified: bool, secondary_identified: bool) -> None:
    network = Measured(1)  # so that the primary could take over in the same decision
    known(network, "ada", identified=primary_identified)
    known(network, "bob", identified=secondary_identified)
    for number in range(20):
        network.arrive(relate_largest("ada", number))
        network.arrive(relate_largest("bob", number + 20))
    merge = Merge(to=id_key("ada"), cause=cause(40), at=NOW + 2, primary=id_key("ada"), secondary=id_key("bob"))
    network.arrive(Send("people", merge.to, merge))
    network.arrive(identify(41, "ada", NOW + 3))
    assert len(owners(network)) == 40
    assert len(set(owners(network))) == 1
    assert network.write_bytes < RECORD_WRITES_BYTES


def test_large_group_calls_of_several_who_are_merged_at_once() -> None:
    """The merges wait while the primary's id asks for an email; then they are taken up together."""
    network, key, email = Measured(4), id_key("ada"), "ada@x.io"
    home = partition_of(key, 4)
    assert partition_of(email_key(email), 4) != home
    there = [user for user in map("u{}".format, range(40)) if partition_of(id_key(user), 4) == home][:4]
    for first, user in zip(range(0, 40, 10), there, strict=True):
        known(network, user, identified=True)
        for number in range(first, first + 10):
            network.arrive(relate_largest(user, number))
    asking = Identify(to=key, cause=cause(40), at=NOW + 1, named=key, attributes={}, email=email)
    merges = [
        Merge(to=key, cause=cause(41 + at), at=NOW + 2, primary=key, secondary=id_key(user))
        for at, user in enumerate(there)
    ]
    network.take([Send("people", key, one) for one in (asking, *merges)], ("segment.events", 0))
    network.settle()
    assert len(owners(network)) == 40
    assert len(set(owners(network))) == 1
    assert network.write_bytes < RECORD_WRITES_BYTES


@pytest.mark.parametrize("seed", range(3))
def test_large_group_calls_of_a_lead_that_gets_an_id_by_several_identifies(seed: int) -> None:
    """The identifies, and group calls by the id, wait while it asks elsewhere for the email of somebody who is here."""
    network, key, here, there = Measured(4, seed), id_key("ada"), email_key("ada2@x.io"), email_key("ada@x.io")
    assert partition_of(key, 4) == partition_of(here, 4) != partition_of(there, 4)
    for name in (here, there):
        done = Event(
            to=name, cause=cause(0), at=NOW, kind="event", name="Done", id="e", timestamp=int(NOW), attributes={}
        )
        network.arrive(Send("people", name, done))
    merge = Merge(to=here, cause=cause(1), at=NOW, primary=here, secondary=there)
    network.arrive(Send("people", here, merge))
    for number in range(20):
        network.arrive(Send("people", here, replace(relate_largest("ada", number).message, to=here)))
    for number in range(8):
        network.arrive(relate_largest("ada", 20 + number))
    for number in range(6):
        asking = Identify(
            to=key, cause=cause(50 + number), at=NOW + number, named=key, attributes={}, email="ada@x.io"
        )  # fmt: skip
        network.take([Send("people", key, asking)], ("segment.events", 0))
    network.settle()
    assert len(owners(network)) == 28
    assert len(set(owners(network))) == 1
    assert network.write_bytes < RECORD_WRITES_BYTES


def test_long_device_tokens_of_two_people_who_are_merged() -> None:
    network = Measured(1)
    for user, count in (("ada", 1_000), ("bob", 200)):
        known(network, user, identified=True)
        for number in range(count):
            add = AddDevice(
                to=id_key(user), cause=cause(number), at=NOW, token=f"{user} {number}".ljust(LONGEST_TOKEN, "x"),
                platform="ios", attributes={}, last_used=NOW,
            )  # fmt: skip
            network.arrive(Send("people", add.to, add))
    merge = Merge(to=id_key("ada"), cause=cause(1_000), at=NOW + 2, primary=id_key("ada"), secondary=id_key("bob"))
    network.arrive(Send("people", merge.to, merge))
    held = {name: value for table in network.tables.values() for name, value in table.items() if "devices/" in name}
    assert len({name.split("/")[2] for name in held}) == 1
    assert sum(len(value.entries) for value in held.values() if isinstance(value, Names)) == 1_200
    assert network.write_bytes < RECORD_WRITES_BYTES
