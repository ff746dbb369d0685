"""What the real decisions publish, through the view: the same workspace as `simulate` shows."""

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from tests.simulation.faults import Faults
from tests.simulation.histories import chaos
from tests.simulation.run import run, settings_drawn
from tests.support.recording import PlainRecord
from tests.view.filling import filler
from tests.view.histories import changes_of, history
from tests.view.records import Topic
from tests.view.shown import view_shown
from worker.jsontypes import JsonObject
from worker.partitioning import partition_of
from worker.simulation import Arrival
from worker.workspace.changes import WorkspaceChange
from worker.workspace.picture import Picture, shown

PARTITIONS = 4
DEMO = Path(__file__).parents[2] / "topics" / "demo" / "segment.events.ndjson"


async def check(changes: Sequence[tuple[str, WorkspaceChange]], path: Path, seed: int) -> None:
    """The view, which reads the partitions in an order of its own, against the picture."""
    topic, picture, chance = Topic(), Picture(), random.Random(seed)
    for subject, change in changes:
        topic.add(subject, change, partition_of(subject, PARTITIONS))
        picture.apply(change)
    left = {number: list(log) for number, log in topic.partitions.items()}
    async with filler(path) as filling:
        while any(left.values()):
            number = chance.choice([number for number, log in left.items() if log])
            step = chance.choice((1, 10, 1000))
            batch: dict[int, list[PlainRecord]] = {number: left[number][:step]}
            del left[number][:step]
            await filling.write(batch)
    expected = shown(picture)
    del expected["activities"]
    assert await view_shown(path) == expected


@pytest.mark.parametrize("seed", [*range(8), 40, 46, 60, 62])
async def test_random_histories(seed: int, tmp_path: Path) -> None:
    await check(changes_of(history(seed, 120), PARTITIONS, seed), tmp_path / "view.sqlite", seed)


@pytest.mark.parametrize("seed", range(8))
async def test_anything_at_all_through_crashes(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    steps, settings, faults = chaos(chance, 150), settings_drawn(chance), Faults.drawn(chance)
    cluster = run(steps, settings, chance, faults, partitions=PARTITIONS)
    await check(list(cluster.changes.values()), tmp_path / "view.sqlite", seed)


async def test_events_that_differ_in_where_a_nul_character_is(tmp_path: Path) -> None:
    names = (("a\0b", "c"), ("a", "b\0c"))
    events: list[JsonObject] = [
        {"type": "track", "userId": "u", "event": name, "messageId": id_} for name, id_ in names
    ]
    changes = changes_of([Arrival({**event, "timestamp": 1_700_000_000}) for event in events], PARTITIONS, 1)
    assert [change.__struct_config__.tag for _, change in changes].count("event_received") == 2
    await check(changes, tmp_path / "view.sqlite", 1)


async def test_the_demo(tmp_path: Path) -> None:
    arrivals = []
    for line in DEMO.read_bytes().splitlines():
        with contextlib.suppress(orjson.JSONDecodeError):  # some are bad on purpose
            event = orjson.loads(line)
            arrivals += [Arrival(event)] if isinstance(event, dict) else []
    changes = changes_of(arrivals, PARTITIONS, 1)
    assert len(changes) > 300
    await check(changes, tmp_path / "view.sqlite", 1)
