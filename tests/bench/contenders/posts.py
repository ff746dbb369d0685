"""A bare aiohttp loop: the same batches from memory, as many at a time. No ledger, no offsets, no order, no retries."""

import asyncio
import gzip
import signal
from collections.abc import Iterator

import aiohttp

from tests.bench.job import Job, read_job
from tests.bench.topics import read_all
from worker.relay.batching import MAX_BATCH_BYTES
from worker.relay.courier import GZIP_LEVEL
from worker.relay.settings import RelaySettings


def bodies(values: list[bytes]) -> Iterator[list[bytes]]:
    """The values in batches as full as the relay's."""
    batch: list[bytes] = []
    size = 100
    for value in values:
        if size + len(value) + 1 > MAX_BATCH_BYTES:
            yield batch
            batch, size = [], 100
        batch.append(value)
        size += len(value) + 1
    yield batch


async def serve(job: Job) -> None:
    """Read everything, then post it, then wait for SIGTERM."""
    values = [value for _, value in await read_all(job.bootstrap, job.input, job.partitions) if value is not None]
    waiting = bodies(values)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json", "Authorization": "Basic a2V5Og=="}

    async def post(session: aiohttp.ClientSession) -> None:
        for batch in waiting:
            body = b'{"sentAt":"2026-11-01T00:00:00.000Z","batch":[' + b",".join(batch) + b"]}"
            packed = await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL)
            async with session.post(job.options["url"], data=packed, headers=headers) as answer:
                await answer.read()
                answer.raise_for_status()

    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(post(session) for _ in range(RelaySettings().requests)))
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(serve(read_job()))
