from collections.abc import Mapping

import pytest

from worker.checks import topics
from worker.checks.finding import Level
from worker.runtime.connection import Connection
from worker.topics.check import Difference
from worker.topics.contract import Contract


@pytest.mark.parametrize(
    ("what", "expected", "found", "level"),
    [
        ("topic", "12 partitions", None, "problem"),
        ("partitions", "12", "3", "problem"),
        ("cleanup.policy", "compact", "delete", "problem"),
        ("retention.ms", "2592000000", "-1", "warning"),
        ("max.message.bytes", "1048576", "1000000", "problem"),
        ("max.message.bytes", "1048576", "1048588", "warning"),  # Kafka's own default
    ],
)
async def test_what_a_worker_can_do_without_is_a_warning(
    what: str, expected: str, found: str | None, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(_connection: Connection, _contracts: Mapping[str, Contract]) -> list[Difference]:
        return [Difference("segment.events", what, expected, found)]

    monkeypatch.setattr(topics, "check", check)
    (finding,) = [each async for each in topics.check_topics(Connection(bootstrap_servers=("127.0.0.1:1",)), {})]
    assert finding.level == level
