"""The runtime (worker/runtime): state per key, its changelog and one output an event, all delivered before the ack."""

import asyncio
import signal
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson
from msgspec import Struct

from tests.bench.job import Job, read_job
from worker.runtime.agent import AgentSpec, TableSpec
from worker.runtime.app import Runtime
from worker.runtime.connection import Connection
from worker.runtime.record import Record
from worker.runtime.run import run_worker
from worker.runtime.tuning import Tuning
from worker.runtime.unit import Target, Unit

TABLE = "counts"
RECORD_BYTES = 1_000_000


class Count(Struct):
    """State of a user: how many events, and which was the last."""

    n: int
    last: str


def counting(job: Job) -> AgentSpec[Count]:
    """The agent."""
    output = Target(job.output, job.partitions, RECORD_BYTES)

    def count(record: Record, unit: Unit[Count]) -> None:
        event = orjson.loads(record.value or b"")
        user, message_id = event["userId"], event["messageId"]
        before = unit.get(user)
        n = before.n + 1 if before is not None else 1
        unit.put(user, Count(n, message_id))
        unit.send(output, user, orjson.dumps({"user": user, "n": n, "cause": message_id}))

    return AgentSpec("count", job.input, output, count, TableSpec(TABLE, Count))


async def serve(job: Job, agents: Sequence[AgentSpec[Any]]) -> None:
    """Run `agents` until SIGTERM; options of the job are those of Tuning."""
    tuning = msgspec.convert(job.options, Tuning, strict=False)
    runtime = Runtime(job.group, job.partitions, Connection((job.bootstrap,)), tuning, agents)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_worker(runtime, stop)


if __name__ == "__main__":
    job = read_job()
    asyncio.run(serve(job, [counting(job)]))
