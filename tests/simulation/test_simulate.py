"""`simulate` with one partition and with twelve, and by any seed, ends in the same workspace wherever that is promised.

That is: one by one, always; interleaved, where no identity is disputed (docs/workspace.md).
"""

import subprocess
import sys
from collections.abc import Sequence
from random import Random

import orjson
import pytest

from tests.simulation.comparing import differences, items
from tests.simulation.histories import Step, chaos, orderly
from tests.simulation.run import settings_drawn
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.simulation import Arrival, simulate
from worker.workspace.settings import WorkspaceSettings

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())

LENGTH = 150


def workspace(steps: Sequence[Step], settings: WorkspaceSettings, partitions: int, seed: int | None) -> JsonObject:
    """With names of people instead of cio_ids, whose first digits are the partition that made them."""
    arrivals = [Arrival(step.event, step.arrived) for step in steps]
    return named(simulate(arrivals, SUBSCRIPTIONS, settings, partitions=partitions, seed=seed))


def named(document: JsonObject) -> JsonObject:
    people = items(document["people"])
    names = {str(person["cio_id"]): f"<{person['id'] or str(person['email']).lower()}>" for person in people}
    text = orjson.dumps({name: value for name, value in document.items() if name != "activities"}).decode()
    for cio_id, name in names.items():
        text = text.replace(cio_id, name)
    found: JsonObject = orjson.loads(text)
    found["people"] = [*sorted(items(found["people"]), key=lambda person: str(person["cio_id"]))]
    return found


def hurried(steps: Sequence[Step], random: Random) -> list[Step]:
    """All arrive within a second, in another order."""
    order = random.sample(list(steps), len(steps))
    last = max(step.arrived for step in steps)
    return [Step(step.event, last + number / 1000) for number, step in enumerate(order)]


@pytest.mark.parametrize("seed", range(12))
def test_one_by_one_partitions_do_not_matter(seed: int) -> None:
    random = Random(seed)
    steps, settings = chaos(random, LENGTH), settings_drawn(random)
    assert differences(workspace(steps, settings, 1, None), workspace(steps, settings, 12, None)) == []


@pytest.mark.parametrize("seed", range(12))
def test_without_disputes_neither_seed_nor_partitions_nor_order_matter(seed: int) -> None:
    random = Random(seed)
    steps, settings = orderly(random, LENGTH), WorkspaceSettings()
    expected = workspace(steps, settings, 1, None)
    for partitions in (1, 2, 12):
        for run in range(2):
            found = workspace(hurried(steps, random), settings, partitions, 100 * seed + run)
            assert differences(expected, found) == []


def test_the_command() -> None:
    steps = orderly(Random(1), 40)
    rows = b"\n".join(orjson.dumps({**step.event, "_at": step.arrived}) for step in steps)
    outputs: list[Json] = []
    for options in ([], ["--partitions", "12"], ["--partitions", "12", "--seed", "5"]):
        command = [sys.executable, "-m", "worker", "simulate", *options]
        done = subprocess.run(command, input=rows, capture_output=True, check=True)
        outputs.append(named(orjson.loads(done.stdout)))
    assert outputs[0] == outputs[1] == outputs[2]


@pytest.mark.parametrize("first", [{}, {"timestamp": "2026-01-02T03:04:05Z"}])
def test_events_that_say_no_time_happen_one_after_the_other(first: JsonObject) -> None:
    events: list[JsonObject] = [{"type": "identify", "userId": "u", "traits": {"plan": number}} for number in range(12)]
    events[0] |= first
    document = simulate([Arrival(event) for event in events], SUBSCRIPTIONS, WorkspaceSettings())
    (person,) = items(document["people"])
    assert person["attributes"] == {"plan": 11}
