"""The stand-in's HTTP server, on loopback."""

import asyncio
import socket
import struct
import time
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from worker.local.ports import HOST
from worker.local.segment_api.answers import CALLS, MAX_BATCH_BYTES, SUCCESS, Answer, answer
from worker.local.segment_api.faults import Failure, Fault, Faults
from worker.local.segment_api.recorder import Recorder

READ_LIMIT: Final = 2 * MAX_BATCH_BYTES
"""Bytes of a decompressed body that are read at all; larger ones are refused unread."""

SERVER_ERRORS: Final = (500, 502, 503, 504)
_ERROR_PAGE: Final = b"<html><body><h1>Something went wrong</h1></body></html>"
_POLL_S: Final = 0.05


class SegmentApi:
    """Serves `/v1/batch` and the single calls while it is entered; `url` is its base URL.

    `write_key`: another key is answered 401; None takes any, as Segment does. `port` 0 is a free one.
    """

    def __init__(
        self,
        recorder: Recorder | None = None,
        faults: Faults | None = None,
        *,
        port: int = 0,
        write_key: str | None = None,
    ) -> None:
        self.recorder = recorder or Recorder()
        self.faults = faults or Faults()
        self._port = port
        self._write_key = write_key
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=READ_LIMIT)
        app.router.add_post("/v1/{call}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    @property
    def url(self) -> str:
        """Where it listens, as `http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self._port}"

    async def __aenter__(self) -> Self:
        """Start. Raises OSError when the port is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        arrived = time.time()
        call = request.match_info["call"]
        if call != "batch" and call not in CALLS:
            return web.json_response({"success": False, "message": "not found"}, status=404)
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raw = bytes(MAX_BATCH_BYTES + 1)
        except (web.RequestPayloadError, ConnectionError) as problem:
            # A body that does not decompress, or a client that went away: nobody reads the answer then.
            return web.json_response({"success": False, "message": str(problem)}, status=400)
        given = answer(call, raw, request.headers.get("Authorization"), self._write_key)
        self.recorder.requests += 1
        failure = self.faults.next()
        if given.status != 200:
            self.recorder.refused += 1
        elif failure is None or failure.taken or failure.fault is Fault.SLOW:
            acknowledged = failure is None or failure.fault is Fault.SLOW
            self.recorder.take(given.events, arrived, acknowledged=acknowledged)
        return await self._fail(request, failure, given) if failure is not None else _response(given)

    async def _fail(self, request: web.Request, failure: Failure, given: Answer) -> web.Response:
        match failure.fault:
            case Fault.SERVER_ERROR:
                status = self.faults.random.choice(SERVER_ERRORS)
                return web.Response(status=status, body=_ERROR_PAGE, content_type="text/html")
            case Fault.RATE_LIMITED:
                seconds = str(self.faults.retry_after_s)
                headers = {"Retry-After": seconds, "X-RateLimit-Reset": seconds}
                return web.json_response({"success": False, "message": "slow down"}, status=429, headers=headers)
            case Fault.SLOW:
                await self._sleep(request, self.faults.slow_s)
                return _response(given)
            case Fault.HANG:
                await self._sleep(request, self.faults.hang_s)
            case Fault.RESET:
                pass
        _reset(request)
        return web.Response(body=SUCCESS)  # nobody gets it

    async def _sleep(self, request: web.Request, seconds: float) -> None:
        """Wait, unless the client goes away or the server ends before."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._closing.is_set():
            if request.transport is None or request.transport.is_closing():
                return
            await asyncio.sleep(min(_POLL_S, left))


def _response(given: Answer) -> web.Response:
    return web.Response(status=given.status, body=given.body, content_type="application/json")


def _reset(request: web.Request) -> None:
    """Close the connection in a way that the other side sees as a reset."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
