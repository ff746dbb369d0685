"""What fails in a check is told as what to do, not as an error's name."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from worker.checks import run
from worker.checks.finding import Finding, ok
from worker.config import Config
from worker.topics.cluster import TopicsError


async def test_a_cluster_that_does_not_tell_its_times_is_a_problem_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine(*_: object) -> AsyncIterator[Finding]:
        yield ok("brokers", "answers")

    async def asked() -> list[Finding]:
        raise TopicsError("nobody answers", "start it")

    async def silent(*_: object) -> AsyncIterator[Finding]:
        for each in await asked():
            yield each

    monkeypatch.setattr(run, "check_brokers", fine)
    monkeypatch.setattr(run, "check_topics", fine)
    monkeypatch.setattr(run, "check_clock", silent)
    found = [each async for each in run.check_all(Config(), "workspace.yaml", datetime.now(UTC))]
    assert found[-1].level == "problem"
    assert (found[-1].message, found[-1].hint) == (
        "the records' times could not be read: nobody answers",
        "start it",
    )
