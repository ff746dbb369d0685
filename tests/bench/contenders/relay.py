"""The relay as it is deployed, delivering to the URL in its options."""

import asyncio

import msgspec

from tests.bench.deployment import deployment_of
from tests.bench.job import Job, read_job
from worker.relay.role import run_relay
from worker.runtime.signals import stop_on_signals
from worker.wiring import make_delivery


async def serve(job: Job) -> None:
    """Deliver until SIGTERM."""
    delivery = make_delivery(deployment_of(msgspec.structs.replace(job, options={})), "key")
    settings = msgspec.structs.replace(delivery.settings, ledger=str(job.path / "ledger.sqlite"))
    with stop_on_signals() as stop:
        changed = msgspec.structs.replace(
            delivery, url=job.options["url"], group=job.options["group"], settings=settings
        )
        await run_relay(changed, stop)


if __name__ == "__main__":
    asyncio.run(serve(read_job()))
