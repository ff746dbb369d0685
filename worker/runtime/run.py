"""Runs a worker until it is told to stop or must stop, and says with which exit code."""

import asyncio
from collections.abc import Callable

import structlog

from worker.runtime.app import Runtime
from worker.runtime.beside import beside, first_of
from worker.runtime.errors import RuntimeFault
from worker.runtime.garbage import collect_garbage
from worker.runtime.watchdog import watch

log = structlog.get_logger(__name__)

_CANCELLATIONS = 10
"""Faust swallows some of them."""


async def run_worker(runtime: Runtime, stop: asyncio.Event, *, on_ready: Callable[[], None] | None = None) -> None:
    """Start, work until `stop` is set, and stop gracefully: finish the units under way, commit, leave the group.

    Raises:
        RuntimeFault: (or whatever else it was) when the worker had to stop by itself; nothing unprocessed was
        committed then.
    """
    if runtime.kafka_publisher is not None:
        await runtime.kafka_publisher.start()
    try:
        parts = (runtime.pulse.beat, lambda: watch(runtime), lambda: _app_crash(runtime), collect_garbage)
        async with beside(runtime.stop_for, *parts):
            started = await _start(runtime, stop)
            if on_ready is not None and started:
                on_ready()
            await first_of(stop, runtime.faulted)
    finally:
        await _stop(runtime)
    if runtime.fault is not None:
        raise runtime.fault


async def _start(runtime: Runtime, stop: asyncio.Event) -> bool:
    """Start the app; whether it did: a fault or the wish to stop ends the waiting."""
    starting = asyncio.create_task(runtime.app.start())
    interrupted = asyncio.create_task(first_of(stop, runtime.faulted))
    await asyncio.wait([starting, interrupted], return_when=asyncio.FIRST_COMPLETED)
    interrupted.cancel()
    started = starting.done() and starting.exception() is None
    if not starting.done():
        starting.cancel()
    elif isinstance(problem := starting.exception(), Exception):
        runtime.stop_for(problem)
    await asyncio.gather(starting, interrupted, return_exceptions=True)
    return started and runtime.fault is None


async def _app_crash(runtime: Runtime) -> None:
    """Notice that a part of Faust crashed."""
    await runtime.app._crashed.wait()  # noqa: SLF001  mode has no public way to wait for a crash
    reason = runtime.app.crash_reason
    raise reason if isinstance(reason, Exception) else RuntimeFault(f"Faust stopped: {reason!r}")


async def _stop(runtime: Runtime) -> None:
    """Stop within `tuning.stop_s`, and then anyhow: nothing that hangs may keep the process from ending."""
    stopping = asyncio.create_task(_stop_parts(runtime))
    await asyncio.wait([stopping], timeout=runtime.tuning.stop_s)
    if not stopping.done():
        log.warning("stop_took_too_long", limit_s=runtime.tuning.stop_s)
        runtime.consumer.abandon()
        runtime.app.abandon()
        for _ in range(_CANCELLATIONS):
            stopping.cancel()
            await asyncio.wait([stopping], timeout=0.05)
    elif isinstance(problem := stopping.exception(), Exception):
        runtime.stop_for(problem)


async def _stop_parts(runtime: Runtime) -> None:
    await runtime.app.stop()
    if runtime.kafka_publisher is not None:
        await runtime.kafka_publisher.stop()
    for store in runtime.stores.values():
        store.close()
