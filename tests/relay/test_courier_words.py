"""What the courier tells of answers and failures: enough to act on, and never the write key."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import structlog
from aiohttp import web

from tests.relay.carrying import KEY, Carrying, carrying, serving
from worker.local.segment_api import SegmentApi
from worker.relay.errors import Closing, SegmentRefuses
from worker.relay.settings import RelaySettings
from worker.relay.verdict import Refused

BREAKING = RelaySettings(retry_min_s=0.001, retry_max_s=60.0, breaker_failures=3, breaker_pause_s=60.0)


async def test_a_wrong_write_key_stops_it_and_is_not_told() -> None:
    async with SegmentApi(write_key="another") as strict, carrying(strict.url) as one:
        with structlog.testing.capture_logs() as logs, pytest.raises(SegmentRefuses, match="401") as caught:
            await one.deliver()
    assert not _tells(str(caught.value) + str(logs))


async def test_an_answer_that_repeats_the_write_key_is_masked() -> None:
    async def echo(request: web.Request) -> web.Response:
        authorization = request.headers["Authorization"]
        unpadded = authorization.removeprefix("Basic ").rstrip("=")
        return web.Response(status=400, text=f"no such key: {KEY} {authorization} {unpadded}")

    async with serving(echo) as url, carrying(url) as one:
        verdict = await one.deliver()
    assert isinstance(verdict, Refused)
    assert not _tells(verdict.answer)


@pytest.mark.parametrize("answer", [b"garbage", b"HTTP/1.1 200 OK\r\nbad header: %s", b"HTTP/1.1 %s"])
async def test_an_answer_that_is_no_http_does_not_tell_the_write_key(answer: bytes) -> None:
    header = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer.replace(b"%s", f"{header} {KEY}".encode()) + b"\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, carrying(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", BREAKING) as one:
        with structlog.testing.capture_logs() as logs:
            problem = await _problem(one, logs)
    assert problem.startswith(("ClientResponseError: ", "ServerDisconnectedError: "))
    assert not _tells(str(logs))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1", "Cannot connect to host 127.0.0.1:1"),
        ("http://nobody.invalid", "Cannot connect to host nobody.invalid:80"),
        ("https://{api}", "SSL"),
    ],
)
async def test_what_is_wrong_with_the_connection_is_told_once_it_stays_so(url: str, words: str) -> None:
    async with SegmentApi() as api, carrying(url.format(api=api.url.removeprefix("http://")), BREAKING) as one:
        with structlog.testing.capture_logs() as logs:
            assert words in await _problem(one, logs)
    assert len(one.meter.requests) == 1
    assert [log["log_level"] for log in logs if "problem" in log].count("warning") == 1


async def _problem(one: Carrying, logs: Sequence[Mapping[str, Any]]) -> str:
    """What the warning says, after several failures."""
    delivering = asyncio.create_task(one.deliver())
    async with asyncio.timeout(10.0):
        while not one.meter.pauses:
            await asyncio.sleep(0.01)
    one.closing.set()
    with pytest.raises(Closing):
        await delivering
    (warning,) = (log for log in logs if log["event"] == "segment_unavailable")
    return str(warning["problem"])


def _tells(text: str) -> bool:
    """Whether the write key is in it, plain or as the request's header has it."""
    return KEY in text or base64.b64encode(f"{KEY}:".encode()).decode().rstrip("=") in text
