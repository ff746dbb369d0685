"""`/metrics`, `/healthz` and `/readyz`, on a port of their own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.log import server_logger

from worker.config.sections import Monitoring
from worker.observe.exposition import Exposition
from worker.observe.observer import Observed
from worker.runtime.errors import RuntimeFault

SHUTDOWN_S: Final = 1.0
"""The end of a role waits no longer for clients that have not sent all, or do not take what they asked for."""

log = structlog.get_logger(__name__)


class PortUnusable(RuntimeFault):
    """The port for metrics and health cannot be listened on."""


@asynccontextmanager
async def serving(monitoring: Monitoring, observed: Observed) -> AsyncIterator[int | None]:
    """Serve while the body runs; the port, None where none is configured.

    Raises:
        PortUnusable: when somebody else listens there, or the host is none of this machine's.
    """
    if monitoring.port is None:
        yield None
        return
    server_logger.addFilter(_about_ourselves)
    runner = web.AppRunner(application(observed), access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, monitoring.host, monitoring.port).start()
        except OSError as problem:
            raise PortUnusable(
                f"monitoring: {monitoring.host}:{monitoring.port} cannot be listened on ({problem.strerror}); each "
                "role on a machine needs a port of its own"
            ) from problem
        port = int(runner.addresses[0][1])
        log.info("monitoring", host=monitoring.host, port=port)
        yield port
    finally:
        await runner.cleanup()


def application(observed: Observed) -> web.Application:
    """The three answers."""
    exposition = Exposition(observed)

    async def metrics(request: web.Request) -> web.Response:
        await observed.observer.refresh()
        body, content_type = exposition.render(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def healthz(_: web.Request) -> web.Response:
        return _answer(observed.observer.not_alive())

    async def readyz(_: web.Request) -> web.Response:
        return _answer(observed.observer.not_ready())

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz), web.get("/readyz", readyz)])
    return app


def _answer(problem: str | None) -> web.Response:
    return web.Response(status=200, text="ok\n") if problem is None else web.Response(status=503, text=f"{problem}\n")


def _about_ourselves(entry: logging.LogRecord) -> bool:
    """All but requests that are no HTTP: whoever reaches the port could fill the log, and with what it sent."""
    return not (entry.exc_info and isinstance(entry.exc_info[1], HttpProcessingError))
