"""A random life of some workers in virtual time, told by a seed: starts, stops, kills, lost heartbeats, rebalances."""

import asyncio
import contextlib
import random
from collections import Counter

from aiokafka.errors import KafkaConnectionError

from tests.support.faults import Kind, Plan
from tests.support.memory_cluster import MemoryCluster, MemoryWorker
from tests.support.pipeline import Pipeline
from worker.runtime.errors import RuntimeFault
from worker.runtime.tuning import Tuning

TUNING = Tuning(
    batch_records=40,
    session_timeout_s=3.0,
    heartbeat_interval_s=0.3,
    rebalance_timeout_s=5.0,
    request_timeout_s=4.0,
    delivery_timeout_s=2.0,
    commit_interval_s=0.2,
    stall_s=15.0,
    stop_s=4.0,
)


class Simulation:
    """Plays `steps` random steps, then heals: one undisturbed worker must bring everything to its end."""

    def __init__(self, seed: int, *, steps: int = 25, workers: int = 3, partitions: int = 3) -> None:
        self._random = random.Random(seed)
        self._steps = steps
        self._most = workers
        self._cluster = MemoryCluster(seed)
        self._pipeline = Pipeline(self._cluster, partitions=partitions)
        self._workers: list[MemoryWorker] = []
        self.seen: Counter[str] = Counter()
        """How often each kind of step and each kind of end occurred."""

    async def run(self) -> None:
        await self._pipeline.create()
        await self._pipeline.send(self._random.choice((0, 30, 300)), seed=self._random.randrange(10**6))
        for _ in range(self._steps):
            await self._step()
            await asyncio.sleep(self._random.choice((0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 5.0)))
            await self._bury()
        await self._heal()

    async def _step(self) -> None:
        chance = self._random
        alive = [worker for worker in self._workers if worker.running]
        step = chance.choices(
            ("send", "start", "stop", "kill", "expel", "deaf", "hear"), weights=(6, 6, 1, 3, 2, 1, 2)
        )[0]
        self.seen[step] += 1
        if step == "send":
            await self._pipeline.send(chance.choice((1, 5, 100)), seed=chance.randrange(10**6))
        elif step == "start":
            if len(alive) < self._most:
                self._start()
        elif alive:
            await self._disturb(step, chance.choice(alive))

    async def _disturb(self, step: str, worker: MemoryWorker) -> None:
        if step == "stop":
            asyncio.create_task(self._stopped(worker))  # noqa: RUF006  the worker holds what matters
        elif step == "kill":
            await worker.kill(notice=self._random.random() < 0.5)
        elif step == "expel":
            worker.expel()
        elif step == "deaf":
            worker.consumer.deaf = True
        elif step == "hear":
            worker.consumer.deaf = False

    async def _stopped(self, worker: MemoryWorker) -> None:
        with contextlib.suppress(RuntimeFault, KafkaConnectionError, asyncio.CancelledError):
            await worker.stop()

    def _start(self) -> None:
        plan = None
        if self._random.random() < 0.3:
            plan = Plan(self._random.randrange(60), self._random.choice(list(Kind)))
        worker = self._cluster.worker(self._pipeline.layout.app_id, 3, self._pipeline.agents, TUNING, plan=plan)
        worker.launch()
        self._workers.append(worker)

    async def _bury(self) -> None:
        """Look at those that ended by themselves: only for reasons that a worker may have."""
        for worker in [worker for worker in self._workers if not worker.running]:
            self._workers.remove(worker)
            problem = worker.problem()
            self.seen[f"ended by {type(problem).__name__}"] += 1
            assert problem is None or isinstance(
                problem, RuntimeFault | KafkaConnectionError | asyncio.CancelledError
            ), problem
            await worker.kill(notice=True)

    async def _heal(self) -> None:
        for worker in self._workers:
            await worker.kill(notice=True)
        last = self._cluster.worker(self._pipeline.layout.app_id, 3, self._pipeline.agents, TUNING)
        await last.start()
        await self._pipeline.until_settled(120.0)
        await last.stop()
        self.seen["repeats"] += await self._pipeline.check()
