"""Carries batches to Segment: posts them until an answer decides, and knows when to leave Segment in peace."""

import asyncio
import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, assert_never

import aiohttp
import structlog

from worker import __version__
from worker.moments import stamp
from worker.relay.batching import Batch
from worker.relay.breaker import (
    Breaker,
    Closed,
    Policy,
    after_failure,
    after_silence,
    after_success,
    backoff_s,
    may_send,
    wait_s,
)
from worker.relay.errors import Closing, SegmentRefuses
from worker.relay.meter import RelayMeter
from worker.relay.settings import RelaySettings
from worker.relay.verdict import Accepted, Misconfigured, Refused, Retry, Verdict, judge

log = structlog.get_logger(__name__)

CONNECT_S: Final = 10.0
ANSWER_BYTES: Final = 256 * 1024
"""So much of an answer is read: room for some words about each event of a batch. What a longer one says is unknown."""
PROBLEM_BYTES: Final = 500
"""So much of what is wrong with a connection is told."""
GZIP_LEVEL: Final = 1
"""Events are so alike that higher levels save little more."""
INLINE_BYTES: Final = 16_000
"""A body up to this is compressed at once; a larger one beside the event loop."""

_POLL_S: Final = 0.2


class Courier:
    """One for all partitions of a relay; `fence` raises when this process may no longer send."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        write_key: str,
        settings: RelaySettings,
        meter: RelayMeter,
        *,
        fence: Callable[[], None],
        chance: Callable[[], float],
    ) -> None:
        """`chance` draws from 0 to 1, for the jitter."""
        self._session = session
        self._url = url
        self._settings = settings
        self._meter = meter
        self._fence = fence
        self._chance = chance
        self._slots = asyncio.Semaphore(settings.requests)
        self._breaker: Breaker = Closed()
        self._policy = Policy(settings.breaker_failures, settings.breaker_pause_s, settings.retry_max_s)
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_s, connect=min(CONNECT_S, settings.timeout_s))
        authorization = aiohttp.encode_basic_auth(write_key, "", encoding="utf-8")
        self._secrets = (write_key.encode(), authorization.removeprefix("Basic ").rstrip("=").encode())
        self._headers = {
            "Authorization": authorization,
            "Content-Type": "application/json",
            "User-Agent": f"segment-worker/{__version__}",
        }
        if settings.gzip:
            self._headers["Content-Encoding"] = "gzip"

    async def deliver(self, batch: Batch, closing: asyncio.Event) -> Accepted | Refused:
        """Post `batch` until Segment has taken or refused it: for as long as that takes.

        Raises:
            Closing: when `closing` was set while no request was under way.
            SegmentRefuses: when the write key or the endpoint is wrong.
        """
        attempt = 0
        while True:
            async with self._slots:
                await self._turn(closing)
                verdict = await self._try(batch)
            match verdict:
                case Accepted() | Refused():
                    return verdict
                case Misconfigured(answer):
                    raise SegmentRefuses(f"{self._url} answers {answer!r}: are the write key and the region right?")
                case Retry(why, after_s, problem):
                    attempt += 1
                    wait = backoff_s(attempt, self._settings.retry_min_s, self._settings.retry_max_s, self._chance())
                    told = {"problem": problem} if problem else {}
                    events = len(batch.events)
                    log.debug("retrying", why=why, attempt=attempt, events=events, wait_s=round(wait, 3), **told)
                    await _rest(max(wait, after_s or 0.0), closing)
                case _:
                    assert_never(verdict)

    async def _turn(self, closing: asyncio.Event) -> None:
        """Wait until the breaker lets a request through."""
        while (state := may_send(self._breaker, time.monotonic())) is None:
            left = wait_s(self._breaker, time.monotonic())
            await _rest(_POLL_S if left is None else min(left, _POLL_S), closing)
        if closing.is_set():
            raise Closing
        self._breaker = state

    async def _try(self, batch: Batch) -> Verdict:
        """One request, and what it tells the breaker."""
        try:
            self._fence()
            verdict = await self._post(batch)
        except BaseException:
            self._breaker = after_silence(self._breaker, time.monotonic())
            raise
        match verdict:
            case Retry(why, after_s):
                self._note(after_failure(self._breaker, time.monotonic(), self._policy, after_s), verdict)
                self._meter.requests[why] += 1
            case Accepted() | Refused() | Misconfigured():
                self._note(after_success(self._breaker), None)
                self._meter.requests[type(verdict).__name__.lower()] += 1
            case _:
                assert_never(verdict)
        return verdict

    async def _post(self, batch: Batch) -> Verdict:
        sent_at = stamp(datetime.now(UTC))
        body = batch.body(sent_at)
        if self._settings.gzip:
            small = len(body) <= INLINE_BYTES
            body = _compress(body) if small else await asyncio.to_thread(_compress, body)
        began = time.monotonic()
        try:
            async with self._session.post(
                self._url, data=body, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                text = self._masked(await _beginning(answer))
                return judge(answer.status, answer.headers, text, time.time())
        except TimeoutError:
            return Retry("timeout")
        except (aiohttp.ClientError, OSError) as problem:
            # Not its repr, which has the request's headers; and its text may quote what the server sent.
            text = self._masked(f"{type(problem).__name__}: {problem}".encode("utf-8", "backslashreplace"))
            return Retry("connection", problem=text[:PROBLEM_BYTES].decode("utf-8", "replace"))
        finally:
            self._meter.latency.observe(time.monotonic() - began)

    def _masked(self, text: bytes) -> bytes:
        """The text without the write key, plain or as it is in the requests' header."""
        for secret in self._secrets:
            text = text.replace(secret, b"***")
        return text

    def _note(self, state: Breaker, failed: Retry | None) -> None:
        """Take over a new state, and say when sending stops, what failed then, and when it goes on."""
        is_open = not isinstance(state, Closed)
        if is_open and state != self._breaker and failed is not None:
            self._meter.pauses += 1
            left = wait_s(state, time.monotonic()) or 0.0
            told = {"problem": failed.problem} if failed.problem else {}
            log.warning("segment_unavailable", why=failed.why, **told, pause_s=round(left, 3), endpoint=self._url)
        elif not is_open and self._meter.open:
            log.info("segment_available", endpoint=self._url)
        self._meter.open = is_open
        self._breaker = state


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """What is read of an answer; it may come in pieces. Of an error the status says enough.

    Raises:
        aiohttp.ClientPayloadError: when the body of an answer that is no error can't be read.
    """
    text = b""
    try:
        while len(text) < ANSWER_BYTES and (piece := await answer.content.read(ANSWER_BYTES - len(text))):
            text += piece
    except aiohttp.ClientPayloadError:
        if answer.ok:
            raise
    return text


def _compress(body: bytes) -> bytes:
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


async def _rest(seconds: float, closing: asyncio.Event) -> None:
    """Wait for `seconds`. Raises Closing as soon as `closing` is set."""
    try:
        async with asyncio.timeout(seconds):
            await closing.wait()
    except TimeoutError:
        return
    raise Closing
