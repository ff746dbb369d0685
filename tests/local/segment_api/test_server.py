"""Over real HTTP."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import aiohttp
import orjson
import pytest

from worker.jsontypes import JsonObject
from worker.local.segment_api import Failure, Fault, Faults, Recorder, SegmentApi

EVENT: JsonObject = {"type": "track", "event": "Email Opened", "userId": "ana", "messageId": "m1"}
BODY = orjson.dumps({"batch": [EVENT], "writeKey": "key"})


@pytest.fixture
async def api() -> AsyncIterator[SegmentApi]:
    async with SegmentApi(faults=Faults(slow_s=0.2, hang_s=20.0, retry_after_s=7)) as running:
        yield running


async def post(api: SegmentApi, raw: bytes = BODY, *, call: str = "batch", **headers: str) -> tuple[int, bytes]:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=1.0)) as session,
        session.post(f"{api.url}/v1/{call}", data=raw, headers=headers) as answer,
    ):
        return answer.status, await answer.read()


async def test_a_batch_is_taken_and_recorded(api: SegmentApi) -> None:
    before = time.time()
    assert await post(api) == (200, b'{"success":true}')
    (arrival,) = api.recorder.arrivals
    assert (arrival.event, arrival.message_id, arrival.request, arrival.acknowledged) == (EVENT, "m1", 1, True)
    assert before <= arrival.at <= time.time()


async def test_gzip_is_understood(api: SegmentApi) -> None:
    assert (await post(api, gzip.compress(BODY), **{"Content-Encoding": "gzip"}))[0] == 200
    assert api.recorder.accepted == 1
    assert (await post(api, b"no gzip at all", **{"Content-Encoding": "gzip"}))[0] == 400


async def test_what_unpacks_to_more_than_is_taken_is_refused(api: SegmentApi) -> None:
    assert (await post(api, gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"}))[0] == 400
    assert api.recorder.refused == 1


async def test_there_is_nothing_else(api: SegmentApi) -> None:
    assert (await post(api, call="import"))[0] == 404


async def test_a_429_says_when_to_come_back(api: SegmentApi) -> None:
    api.faults.order(Fault.RATE_LIMITED)
    async with aiohttp.ClientSession() as session, session.post(f"{api.url}/v1/batch", data=BODY) as answer:
        assert answer.status == 429
        assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Reset"]) == ("7", "7")
    assert api.recorder.accepted == 0


@pytest.mark.parametrize("taken", [True, False])
async def test_a_5xx_may_have_taken_the_events(api: SegmentApi, taken: bool) -> None:
    api.faults.order(Failure(Fault.SERVER_ERROR, taken))
    status, _ = await post(api)
    assert status >= 500
    assert [arrival.acknowledged for arrival in api.recorder.arrivals] == ([False] if taken else [])


async def test_a_reset_is_one(api: SegmentApi) -> None:
    api.faults.order(Fault.RESET)
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await post(api)


async def test_a_slow_answer_is_a_good_one(api: SegmentApi) -> None:
    api.faults.order(Fault.SLOW)
    begun = time.monotonic()
    assert (await post(api))[0] == 200
    assert time.monotonic() - begun >= 0.2


async def test_a_hang_never_answers_and_does_not_hold_up_the_end() -> None:
    async with SegmentApi(faults=Faults(hang_s=30.0)) as api:
        api.faults.order(Fault.HANG)
        with pytest.raises(TimeoutError):
            await post(api)
        api.faults.order(Fault.HANG)
        waiting = asyncio.create_task(post(api))
        await asyncio.sleep(0.1)
        ended = time.monotonic()
    assert time.monotonic() - ended < 3.0
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await waiting


async def test_what_is_kept_is_bounded_and_everything_is_counted() -> None:
    seen: list[JsonObject] = []
    async with SegmentApi(Recorder(keep=3, on_event=seen.append), write_key="key") as api:
        for number in range(5):
            await post(api, orjson.dumps({"batch": [{**EVENT, "messageId": f"m{number}"}], "writeKey": "key"}))
        assert (await post(api, orjson.dumps({"batch": [EVENT], "writeKey": "wrong"})))[0] == 401
    assert [arrival.message_id for arrival in api.recorder.arrivals] == ["m2", "m3", "m4"]
    assert (api.recorder.accepted, len(seen), api.recorder.requests, api.recorder.refused) == (5, 5, 6, 1)
