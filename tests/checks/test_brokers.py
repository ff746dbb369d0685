"""What the answers of the brokers mean."""

from collections.abc import Iterable

import pytest

from worker.checks import brokers
from worker.checks.brokers import check_brokers
from worker.checks.finding import Level
from worker.runtime.connection import Connection
from worker.runtime.greet import Greeting

WELL = Greeting("well:9092")
AWAY = Greeting("away:9092", "nobody answers", "away", "start it")
REFUSES = Greeting("no:9092", "it refuses the password", "credentials", "correct it")


@pytest.mark.parametrize(
    ("greetings", "levels"),
    [
        ([WELL], ["ok"]),
        ([AWAY], ["problem"]),
        ([AWAY, WELL], ["warning", "ok"]),
        ([AWAY, REFUSES], ["problem", "problem"]),
        ([REFUSES, WELL], ["problem", "ok"]),
    ],
)
async def test_one_that_is_away_is_a_warning_where_another_answers(
    greetings: Iterable[Greeting], levels: list[Level], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_server = {greeting.server: greeting for greeting in greetings}

    async def greet(_connection: Connection, server: str) -> Greeting:
        return by_server[server]

    monkeypatch.setattr(brokers, "greet", greet)
    found = [each async for each in check_brokers(Connection(tuple(by_server)))]
    assert [finding.level for finding in found] == levels
    assert [finding.hint for finding in found if finding.level != "ok"] == [
        greeting.hint for greeting in greetings if greeting.problem is not None
    ]
