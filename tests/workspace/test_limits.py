"""State per record is bounded, however many there are under one key; so is what one decision does."""

import pytest

from tests.workspace.limits import NOW, Figures, Measured, cause, identify, related_people, waiting_events
from worker.jsontypes import JsonObject
from worker.runtime.unit import RECORD_WRITES_BYTES
from worker.segment.events import MAX_MESSAGE_ID
from worker.workspace.effects import Send
from worker.workspace.keys import id_key
from worker.workspace.messages.calls import Event, Merge, Relate
from worker.workspace.messages.cause import Cause

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


@pytest.mark.parametrize("known", [False, True])
def test_large_group_calls_that_wait_for_an_identify_or_a_merge(known: bool) -> None:
    network = Measured(4)
    key, number = id_key("ada"), 0
    if known:  # not identified: they wait at the person, who is identified by the merge
        done = Event(
            to=key, cause=cause(0), at=NOW, kind="event", name="Done", id="e", timestamp=int(NOW), attributes={}
        )
        network.arrive(Send("people", key, done))
    for number in range(1, 21):
        large: JsonObject = {f"attribute {at}": "x" * 310 for at in range(300)}
        why = Cause("m" * (MAX_MESSAGE_ID - 2) + f"{number:02}", NOW, NOW, "segment.events", 0, number)
        relate = Relate(
            to=key, cause=why, at=NOW, name=f"1/{number}", object_attributes={}, relationship_attributes=large
        )  # fmt: skip
        network.arrive(Send("people", key, relate))
    for user in ("ada",) if not known else ("bob", "cyd", "dan"):
        network.arrive(identify(number + 1, user, NOW + 1, f"anonymous {user}"))
        if known:
            merge = Merge(to=key, cause=cause(number + 2), at=NOW + 2, primary=key, secondary=id_key(user))
            network.arrive(Send("people", key, merge))
    related = sum(record.startswith("relationship/") for table in network.tables.values() for record in table)
    assert related == 20
    assert network.effect_bytes < RECORD_WRITES_BYTES


def test_large_relationships_of_somebody_who_is_merged() -> None:
    network = Measured(1)  # so that the primary takes them over in the same decision
    network.arrive(identify(1, "ada", NOW, "anonymous ada"))
    network.arrive(identify(2, "bob", NOW, "anonymous bob"))
    for number in range(3, 103):
        large: JsonObject = {f"attribute {at}": "x" * 310 for at in range(300)}
        relate = Relate(
            to=id_key("bob"), cause=cause(number), at=NOW + 1, name=f"1/{number}", object_attributes={},
            relationship_attributes=large,
        )  # fmt: skip
        network.arrive(Send("people", id_key("bob"), relate))
    merge = Merge(to=id_key("ada"), cause=cause(200), at=NOW + 2, primary=id_key("ada"), secondary=id_key("bob"))
    network.arrive(Send("people", id_key("ada"), merge))
    owners = [
        record.split("/")[1] for table in network.tables.values() for record in table if "relationship/" in record
    ]
    assert len(owners) == 100
    assert len(set(owners)) == 1
    assert network.effect_bytes < RECORD_WRITES_BYTES
