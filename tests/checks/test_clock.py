from datetime import UTC, datetime

from worker.checks.clock import MADE, check_clock
from worker.runtime.connection import Connection


async def test_a_clock_that_was_never_set() -> None:
    (found,) = [each async for each in check_clock(Connection(("nobody:1",)), [], datetime(1970, 1, 1, tzinfo=UTC))]
    assert found.level == "problem"
    assert "1970-01-01" in found.message


async def test_a_clock_that_nothing_speaks_against() -> None:
    (found,) = [each async for each in check_clock(Connection(("nobody:1",)), [], MADE)]
    assert found.level == "ok"
