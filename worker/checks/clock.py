"""Whether this machine's clock is sane: it is the time of every event that has none of its own.

Kafka does not tell its brokers' time. What can be seen: a clock before this version was made is wrong, and records that
are younger than now were written by a clock that is ahead of this one.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Final

from worker.checks.finding import Finding, ok, problem, warning
from worker.runtime.connection import Connection
from worker.runtime.future import first_after
from worker.topics.cluster import connect

MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No machine runs this version before that."""

AHEAD_S: Final = 60
"""Clocks may differ by this much."""


async def check_clock(connection: Connection, topics: Sequence[str], now: datetime) -> AsyncIterator[Finding]:
    """`topics` are those whose records have the time of a machine, not of an event; missing ones are skipped.

    Raises TopicsError, KafkaError, TimeoutError.
    """
    if now < MADE:
        yield problem("clock", f"this machine's clock says {now:%Y-%m-%d %H:%M}Z, which is long ago", "set it, by NTP")
        return
    limit_ms = round(now.timestamp() * 1000) + AHEAD_S * 1000
    for topic in await _existing(connection, topics):
        found = await first_after(connection, topic, limit_ms)
        if found is not None:
            ahead_s = found / 1000 - now.timestamp()
            yield warning(
                "clock",
                f"{topic} has records of {ahead_s:,.0f} s from now: this machine's clock is behind, or another's ahead",
                "keep all machines' clocks by NTP",
            )
            return
    yield ok("clock", f"{now:%Y-%m-%d %H:%M:%S}Z, and no record is younger")


async def _existing(connection: Connection, topics: Sequence[str]) -> list[str]:
    if not topics:
        return []
    async with connect(connection) as cluster:
        return sorted(await cluster.topics(topics))
