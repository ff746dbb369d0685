"""A courier for tests, and servers for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from tests.relay.factories import make_ready
from worker.relay.batching import Batch
from worker.relay.courier import Courier
from worker.relay.meter import RelayMeter
from worker.relay.settings import RelaySettings
from worker.relay.verdict import Accepted, Refused

QUICK = RelaySettings(timeout_s=0.3, retry_min_s=0.001, retry_max_s=0.01, breaker_failures=1000)
KEY = "the-write-key"


class Carrying:
    """A courier, what it counts, and the bodies that it has sent, in chunks."""

    def __init__(self, courier: Courier, meter: RelayMeter, sent: list[bytes]) -> None:
        self.courier = courier
        self.meter = meter
        self.sent = sent
        self.closing = asyncio.Event()

    async def deliver(self, *numbers: int) -> Accepted | Refused:
        events = tuple(make_ready(number) for number in numbers or (0,))
        return await self.courier.deliver(Batch(events, 99), self.closing)


@asynccontextmanager
async def carrying(
    url: str,
    settings: RelaySettings = QUICK,
    *,
    fence: Callable[[], None] = lambda: None,
    chance: Callable[[], float] = lambda: 1.0,
) -> AsyncIterator[Carrying]:
    meter = RelayMeter()
    sent: list[bytes] = []

    async def note(_session: object, _context: object, chunk: aiohttp.TraceRequestChunkSentParams) -> None:
        sent.append(chunk.chunk)

    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(note)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        courier = Courier(session, f"{url}/v1/batch", KEY, settings, meter, fence=fence, chance=chance)
        yield Carrying(courier, meter, sent)


@asynccontextmanager
async def serving(handler: Callable[[web.Request], object]) -> AsyncIterator[str]:
    """The address of a server that answers every POST so."""
    app = web.Application()
    app.router.add_post("/{path:.*}", handler)  # type: ignore[arg-type]  # any handler of aiohttp's
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
