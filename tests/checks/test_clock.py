from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from worker.checks import clock
from worker.checks.clock import AHEAD_S, MADE, check_clock
from worker.runtime.connection import Connection


async def test_a_clock_that_was_never_set() -> None:
    (found,) = [each async for each in check_clock(Connection(("nobody:1",)), [], datetime(1970, 1, 1, tzinfo=UTC))]
    assert found.level == "problem"
    assert "1970-01-01" in found.message


async def test_a_clock_that_nothing_speaks_against() -> None:
    (found,) = [each async for each in check_clock(Connection(("nobody:1",)), [], MADE)]
    assert found.level == "ok"


async def test_records_of_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """One warning is enough, of the first topic that has any."""
    limits = []

    async def existing(_connection: Connection, topics: Sequence[str]) -> list[str]:
        return list(topics)

    async def first_after(_connection: Connection, topic: str, limit_ms: int) -> int | None:
        limits.append(limit_ms)
        return None if topic == "a" else limit_ms + 1_000

    monkeypatch.setattr(clock, "_existing", existing)
    monkeypatch.setattr(clock, "first_after", first_after)
    (found,) = [each async for each in check_clock(Connection(("nobody:1",)), ["a", "b", "c"], MADE)]
    assert limits == [round((MADE.timestamp() + AHEAD_S) * 1000)] * 2
    assert found.level == "warning"
    assert found.message.startswith("b has records of 61 s from now")
