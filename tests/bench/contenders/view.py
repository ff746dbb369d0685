"""The view as it is deployed, in a file of the job's directory."""

import asyncio

from tests.bench.deployment import deployment_of
from tests.bench.job import Job, read_job
from worker.runtime.signals import stop_on_signals
from worker.view.role import run_view

FILE = "view.sqlite"


async def serve(job: Job) -> None:
    """Take changes in until SIGTERM."""
    with stop_on_signals() as stop:
        await run_view(deployment_of(job).connection, job.output, job.path / FILE, stop)


if __name__ == "__main__":
    asyncio.run(serve(read_job()))
