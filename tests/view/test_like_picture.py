"""The view against the picture in memory: the same changes, the same workspace, whatever interleaves or repeats."""

import random
from pathlib import Path

import pytest

from tests.support.recording import PlainRecord
from tests.view.filling import filler
from tests.view.random_changes import RandomChanges
from tests.view.records import Topic
from tests.view.shown import view_shown
from worker.jsontypes import JsonObject
from worker.partitioning import partition_of
from worker.workspace.picture import Picture, shown

PARTITIONS = 3


def published(seed: int) -> tuple[Topic, JsonObject]:
    """A seed's changes, each subject's on its partition, with repeats; and the picture of them."""
    chance = random.Random(seed)
    topic, picture = Topic(), Picture()
    for subject, change in RandomChanges(seed).interleaved(seed):
        number = partition_of(subject, PARTITIONS)
        topic.add(subject, change, number)
        picture.apply(change)
        if chance.random() < 0.05:  # the sender crashed and sends its last records again
            for record in topic.partitions[number][-3:]:
                topic.again(record)
    found = shown(picture)
    del found["activities"]
    return topic, found


@pytest.mark.parametrize("seed", range(16))
async def test_same_as_the_picture_in_any_interleaving(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    topic, expected = published(seed)
    path = tmp_path / "view.sqlite"
    read = dict.fromkeys(topic.partitions, 0)
    while any(read[number] < len(log) for number, log in topic.partitions.items()):
        async with filler(path) as filling:  # each time a new process
            for _ in range(chance.randrange(1, 6)):
                batch: dict[int, list[PlainRecord]] = {}
                for number in chance.sample(sorted(topic.partitions), chance.randrange(1, PARTITIONS + 1)):
                    step = chance.choice((1, 5, 60))
                    batch[number] = topic.partitions[number][read[number] : read[number] + step]
                    read[number] += len(batch[number])
                await filling.write(batch)
    assert await view_shown(path) == expected
