import asyncio
import time

import pytest

from tests.observe.fetching import get
from worker.config import Monitoring
from worker.observe.observer import Observed, Starting
from worker.observe.server import PortUnusable, serving


class Ill(Starting):
    def not_alive(self) -> str | None:
        return "records wait"

    def not_ready(self) -> str | None:
        return None


class Broken(Starting):
    def not_alive(self) -> str | None:
        raise RuntimeError("broken")


async def test_health_and_readiness_are_two_things() -> None:
    observed = Observed("worker")
    async with serving(Monitoring(port=0), observed) as port:
        assert port is not None
        assert await get(port, "/healthz") == (200, "ok\n")
        assert await get(port, "/readyz") == (503, "starting\n")
        observed.observer = Ill()
        assert await get(port, "/healthz") == (503, "records wait\n")
        assert await get(port, "/readyz") == (200, "ok\n")
        status, text = await get(port, "/metrics")
        assert status == 200
        assert "# HELP segment_worker_ready 1 when /readyz says so, else 0." in text
        assert (await get(port, "/"))[0] == 404
    assert await get(port, "/healthz") == (0, "")


async def test_a_client_that_does_not_finish_its_request_does_not_hold_up_the_end() -> None:
    async with serving(Monitoring(port=0), Observed("worker")) as port:
        assert port is not None
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab")
        await writer.drain()
        await asyncio.sleep(0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 5.0
    writer.close()


async def test_a_request_that_is_no_http_is_refused_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(Monitoring(port=0), Observed("worker")) as port:
        assert port is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer hunter2\x01\r\n\r\n")
        assert (await reader.readline()).split()[1] == b"400"
        writer.close()
    assert "Error handling request" not in caplog.text
    assert "hunter2" not in caplog.text


async def test_an_answer_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    observed = Observed("worker")
    observed.observer = Broken()
    async with serving(Monitoring(port=0), observed) as port:
        assert port is not None
        assert (await get(port, "/healthz"))[0] == 500
    assert "RuntimeError: broken" in caplog.text


async def test_without_a_port_nothing_is_served() -> None:
    async with serving(Monitoring(), Observed("worker")) as port:
        assert port is None


async def test_a_port_in_use_is_named() -> None:
    async with serving(Monitoring(port=0), Observed("view")) as port:
        with pytest.raises(PortUnusable, match=f"127.0.0.1:{port}.*port of its own"):
            async with serving(Monitoring(port=port), Observed("view")):
                pass
