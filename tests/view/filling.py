"""A view filled with hand-made records."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.recording import PlainRecord
from tests.view.records import Topic
from tests.workspace.world import World
from worker.view.database import writer
from worker.view.intake import Intake
from worker.view.rows import Rows
from worker.view.store import Store


class Filler:
    """Writes batches as the role does."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self._store = store
        self.intake = intake

    async def write(self, batch: Mapping[int, Sequence[PlainRecord]]) -> None:
        """One transaction."""
        rows = Rows()
        for partition, records in batch.items():
            self.intake.take(partition, records, rows)
        await self._store.write(rows, self.intake)

    async def catch_up(self, topic: Topic) -> None:
        """Everything that is new in the topic, at once."""
        at = self.intake.positions
        await self.write({number: log[at.get(number, 0) :] for number, log in topic.partitions.items()})


@asynccontextmanager
async def filler(path: Path, topic: str = "changes") -> AsyncIterator[Filler]:
    async with writer(path) as database:
        store = Store(database)
        yield Filler(store, await store.take_over(topic))


async def fill(path: Path, topic: Topic) -> None:
    """A view of the topic as it is."""
    async with filler(path) as filling:
        await filling.catch_up(topic)


async def view_of(world: World, directory: Path) -> Path:
    """A view of the world as it is."""
    topic, path = Topic(), directory / "view.sqlite"
    keys = [publish.key for publish in world.simulation.network.changes]
    for key, change in zip(keys, world.changes(), strict=True):
        topic.add(key, change)
    await fill(path, topic)
    return path
