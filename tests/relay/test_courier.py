"""The courier against a failing Segment, over real HTTP."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import orjson
import pytest
from aiohttp import web

from tests.relay.carrying import KEY, carrying, serving
from tests.relay.factories import make_ready, make_value
from worker.local.segment_api import Failure, Fault, Faults, SegmentApi
from worker.relay.batching import Batch
from worker.relay.errors import Closing, SegmentRefuses
from worker.relay.settings import RelaySettings
from worker.relay.verdict import Accepted, Refused


@pytest.fixture
async def api() -> AsyncIterator[SegmentApi]:
    async with SegmentApi(faults=Faults(retry_after_s=1, slow_s=0.05, hang_s=5.0), write_key=KEY) as running:
        yield running


@pytest.mark.parametrize("compressed", [True, False])
async def test_a_batch_arrives_whole_in_order_and_unchanged(api: SegmentApi, compressed: bool) -> None:
    settings = RelaySettings(gzip=compressed)
    async with carrying(api.url, settings) as one:
        assert await one.deliver(*range(200)) == Accepted()
    assert [arrival.event for arrival in api.recorder.arrivals] == [orjson.loads(make_value(n)) for n in range(200)]
    assert (one.meter.requests, api.recorder.requests) == ({"accepted": 1}, 1)
    assert (sum(map(len, one.sent)) < 10_000) is compressed


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (Failure(Fault.SERVER_ERROR), None),
        (Failure(Fault.SERVER_ERROR, taken=True), None),
        (Failure(Fault.HANG), "timeout"),
        (Failure(Fault.RESET), "connection"),
        (Failure(Fault.RESET, taken=True), "connection"),
    ],
)
async def test_what_may_pass_is_tried_until_it_has_passed(api: SegmentApi, failure: Failure, why: str | None) -> None:
    api.faults.order(failure, times=3)
    async with carrying(api.url) as one:
        assert await one.deliver() == Accepted()
    assert one.meter.requests.pop("accepted") == 1
    assert sum(one.meter.requests.values()) == 3
    assert why is None or one.meter.requests == {why: 3}
    assert api.recorder.accepted == (4 if failure.taken else 1)


async def test_a_slow_answer_is_waited_for(api: SegmentApi) -> None:
    api.faults.order(Fault.SLOW)
    async with carrying(api.url) as one:
        assert await one.deliver() == Accepted()
    assert api.recorder.requests == 1


async def test_nobody_there_is_tried_again(api: SegmentApi) -> None:
    async with carrying("http://127.0.0.1:1") as one:
        delivering = asyncio.create_task(one.deliver())
        await asyncio.sleep(0.1)
        assert one.meter.requests["connection"] > 2
        one.closing.set()
        with pytest.raises(Closing):
            await delivering


async def test_retry_after_is_asked_of_all(api: SegmentApi) -> None:
    api.faults.order(Fault.RATE_LIMITED)
    async with carrying(api.url) as one:
        begun = time.monotonic()
        first = asyncio.create_task(one.deliver(1))
        await asyncio.sleep(0.2)
        assert one.meter.open
        assert [await one.deliver(2), await first] == [Accepted()] * 2
        assert time.monotonic() - begun >= 1.0
    assert one.meter.requests == {"429": 1, "accepted": 2}
    assert not one.meter.open


async def test_while_segment_is_away_one_request_at_a_time_tries(api: SegmentApi) -> None:
    settings = RelaySettings(
        retry_min_s=0.001, retry_max_s=0.3, breaker_failures=2, breaker_pause_s=0.1, timeout_s=1.0, requests=8
    )
    api.faults.order(Fault.SERVER_ERROR, times=12)
    async with carrying(api.url, settings) as one:
        begun = time.monotonic()
        assert await asyncio.gather(*(one.deliver(number) for number in range(8))) == [Accepted()] * 8
        took = time.monotonic() - begun
    # 8 at once fail and open it; what is left of the twelve are tries, each after a pause of 0.1, 0.2, 0.3 and 0.3 s.
    assert took >= 0.9
    assert api.recorder.requests == 12 + 8
    assert one.meter.pauses >= 4
    assert not one.meter.open


async def test_only_so_many_requests_are_under_way(api: SegmentApi) -> None:
    api.faults.order(Fault.SLOW, times=6)
    async with carrying(api.url, RelaySettings(requests=2)) as one:
        begun = time.monotonic()
        await asyncio.gather(*(one.deliver(number) for number in range(6)))
    assert time.monotonic() - begun >= 3 * 0.05


async def test_refused_events_come_back_with_the_answer(api: SegmentApi) -> None:
    bad = make_ready(0, make_value(0, type="dance"))
    async with carrying(api.url) as one:
        verdict = await one.courier.deliver(Batch((bad,), 1), one.closing)
    assert isinstance(verdict, Refused)
    assert verdict.answer.startswith('400 {"success":false,"code":"invalid_type"')
    assert one.meter.requests == {"refused": 1}


@pytest.mark.parametrize(("size", "length"), [(3, 1500), (1000, 1500), (1000, 200_000)])
async def test_an_answer_that_comes_in_pieces_is_read_whole(size: int, length: int) -> None:
    text = b'{"success": false, "message": "' + b"x" * length + b'"}'

    async def slowly(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for start in (0, size):
            await answer.write(text[start:] if start else text[:size])
            await asyncio.sleep(0.05)
        await answer.write_eof()
        return answer

    async with serving(slowly) as url, carrying(url) as one:
        verdict = await one.deliver()
    assert isinstance(verdict, Refused)
    assert verdict.answer.startswith('200 {"success": false')


async def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=400)
        await answer.prepare(request)
        while True:
            await answer.write(b"no " * 1000)

    async with serving(endless) as url, carrying(url) as one:
        assert isinstance(await one.deliver(), Refused)


async def test_of_an_error_whose_body_can_t_be_read_the_status_counts() -> None:
    async def garbled(_: web.Request) -> web.Response:
        return web.Response(status=400, body=b"not gzip", headers={"Content-Encoding": "gzip"})

    async with serving(garbled) as url, carrying(url) as one:
        async with asyncio.timeout(5):
            verdict = await one.deliver()
    assert verdict == Refused("400")


async def test_a_redirect_is_not_followed_with_the_write_key() -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with serving(redirect) as url, carrying(url) as one:
        with pytest.raises(SegmentRefuses, match="307"):
            await one.deliver()
    assert asked == ["/v1/batch"]


async def test_what_is_sent_says_when_and_who() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    async def look(request: web.Request) -> web.Response:
        seen.append((dict(request.headers), await request.read()))
        return web.Response(status=500 if len(seen) == 1 else 200)

    async with serving(look) as url, carrying(url) as one:
        await one.deliver()
    times = [orjson.loads(body)["sentAt"] for _, body in seen]
    assert len(times) == 2
    assert times[0] <= times[1]
    headers = seen[0][0]
    assert headers["User-Agent"].startswith("segment-worker/")
    assert headers["Authorization"] == "Basic dGhlLXdyaXRlLWtleTo="
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"] == "application/json"


async def test_it_does_not_send_when_it_may_not(api: SegmentApi) -> None:
    def stand_still() -> None:
        raise RuntimeError("stood still")

    async with carrying(api.url, fence=stand_still) as one:
        with pytest.raises(RuntimeError, match="stood still"):
            await one.deliver()
    assert api.recorder.requests == 0


async def test_a_try_that_is_cancelled_does_not_keep_the_others_waiting(api: SegmentApi) -> None:
    settings = RelaySettings(retry_min_s=0.001, retry_max_s=0.05, breaker_failures=1, breaker_pause_s=0.05)
    api.faults.order(Fault.SERVER_ERROR)
    api.faults.order(Fault.HANG)
    async with carrying(api.url, settings) as one:
        trying = asyncio.create_task(one.deliver(1))
        while api.recorder.requests < 2:
            await asyncio.sleep(0.01)
        trying.cancel()
        async with asyncio.timeout(5.0):
            assert await one.deliver(2) == Accepted()


def test_bodies_are_compressed_alike() -> None:
    from worker.relay.courier import _compress

    compressed = _compress(b"x" * 1000)
    assert compressed[4:8] == bytes(4), "gzip's header has the time, by which the same body would be another one later"
    assert gzip.decompress(compressed) == b"x" * 1000
