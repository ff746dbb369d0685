"""The worker as it is deployed: all agents, the default configuration."""

import asyncio
import signal

from tests.bench.deployment import deployment_of
from tests.bench.job import Job, read_job
from worker.runtime.run import run_worker
from worker.wiring import make_worker


async def serve(job: Job) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_worker(make_worker(deployment_of(job)), stop)


if __name__ == "__main__":
    asyncio.run(serve(read_job()))
