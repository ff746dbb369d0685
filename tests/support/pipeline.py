"""A cluster with the topics of `counting`, and the checks of what its workers left behind."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from aiokafka.errors import TopicAlreadyExistsError

from tests.support import checker
from tests.support.cluster import Cluster, WorkerHandle, Wrap, until
from tests.support.counting import Counting, Layout, event
from tests.support.obstacles import Gate, Spy
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Publisher
from worker.runtime.record import Record
from worker.runtime.tuning import Tuning


class Pipeline:
    """One layout on one cluster."""

    def __init__(self, cluster: Cluster, name: str = "", partitions: int = 4, stages: int = 2) -> None:
        self.cluster = cluster
        self.layout = Layout(f"{cluster.prefix}{name}", partitions)
        self.stages = stages
        self.agents = Counting(self.layout).agents(stages=stages)
        self._sent = 0

    async def create(self) -> None:
        await self.create_topics()
        await self.create_changelogs()

    async def create_topics(self) -> None:
        for topic in self.layout.topics:
            await self.cluster.create(topic, self.layout.partitions)

    async def create_changelogs(self) -> None:
        for topic in self.layout.changelogs:
            await self.cluster.create(topic, self.layout.partitions, changelog=True)

    def worker(
        self,
        tuning: Tuning | None = None,
        wrap: Wrap | None = None,
        on_append: Callable[[str, int, Sequence[Out]], None] | None = None,
    ) -> WorkerHandle:
        """A worker with the agents of this layout, not yet started."""
        if on_append is not None:
            wrap = lambda inner: Spy(inner, on_append)  # noqa: E731
        return self.cluster.worker(self.layout.app_id, self.layout.partitions, self.agents, tuning, wrap)

    def gated_worker(self, tuning: Tuning | None = None) -> tuple[WorkerHandle, Gate]:
        """A worker, not yet started, and the shut gate in front of its changelogs."""
        gates: list[Gate] = []

        def shut(inner: Publisher) -> Gate:
            gates.append(Gate(inner))
            return gates[0]

        return self.worker(tuning, shut), gates[0]

    async def read(self, name: str) -> list[Record]:
        """All records of the topic called `name` in the layout."""
        return await self.cluster.read(self.layout.topic(name))

    async def timed(self, work: Coroutine[Any, Any, None]) -> float:
        """Seconds that `work` takes."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        await work
        return loop.time() - start

    async def send(self, count: int, *, keys: int = 20, seed: int = 1) -> None:
        """`count` events of `keys` keys, each key on one partition."""
        chance = random.Random(seed)
        batches: dict[int, list[Out]] = {}
        for _ in range(count):
            key = chance.randrange(keys)
            batches.setdefault(key % self.layout.partitions, []).append(event(f"k{key}", f"e{self._sent}"))
            self._sent += 1
        for partition, batch in sorted(batches.items()):
            for start in range(0, len(batch), 2000):
                await self.cluster.send(self.layout.topic("in"), partition, batch[start : start + 2000])

    async def grow(self, keys: Sequence[str], size: int) -> None:
        """Give `keys`, all of partition 0, values of `size` bytes."""
        large = [event(key, f"grow-{key}", "grow", size) for key in keys]
        await self.cluster.send(self.layout.topic("in"), 0, large)

    async def renew(self, name: str) -> None:
        """Delete a topic and make it again, empty."""
        topic = self.layout.topic(name)
        await self.cluster.delete(topic)
        await until(lambda: self.created(topic), what="the old topic is gone")

    async def created(self, topic: str, *, changelog: bool = False) -> bool:
        """Make a topic; False while its namesake is still being deleted."""
        try:
            await self.cluster.create(topic, self.layout.partitions, changelog=changelog)
        except TopicAlreadyExistsError:
            return False
        return True

    def mend(self) -> None:
        """From now on no event makes an agent fail."""
        self.agents = Counting(self.layout, mended=True).agents(stages=self.stages)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def settled(self) -> bool:
        """Whether everything sent so far is done and committed."""
        for stage in ("in", "second")[: self.stages]:
            topic = self.layout.topic(stage)
            ends: dict[int, int] = {}
            for record in await self.cluster.read(topic):
                ends[record.partition] = record.offset + 1
            if await self.cluster.committed(self.layout.app_id, topic) != ends:
                return False
        return True

    async def settled_or_ended(self, worker: WorkerHandle) -> bool:
        """Whether there is nothing to wait for any more."""
        return not worker.running or await self.settled()

    async def until_settled(self, limit_s: float = 40.0) -> None:
        await until(self.settled, limit_s, "all done and committed")

    async def work_off(self, worker: WorkerHandle | None = None) -> None:
        """Let `worker`, which is not started yet, or a new one do all that was sent, and stop it."""
        worker = worker or self.worker()
        await worker.start()
        await self.until_settled()
        await worker.stop()

    async def check(self, refused: Iterable[str] = ()) -> int:
        """Compare everything with the truth; the number of repeated outputs of the first stage."""
        read = self.cluster.read
        truth = checker.truth_of(await read(self.layout.topic("in")), refused)
        counts, tallies = [await read(topic) for topic in self.layout.changelogs]
        checker.check_counts(truth, checker.newest(counts))
        assert checker.positions(counts) == truth.last
        repeats = checker.check_outputs(truth, await read(self.layout.topic("out")))
        if self.stages == 2:
            checker.check_tallies(truth, checker.newest(tallies))
            checker.check_outputs(truth, await read(self.layout.topic("out2")))
        return repeats
