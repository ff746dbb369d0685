from collections.abc import Mapping

import pytest

from worker.checks import topics
from worker.checks.finding import Level
from worker.runtime.connection import Connection
from worker.topics.check import Difference
from worker.topics.contract import Contract


@pytest.mark.parametrize(
    ("what", "expected", "found", "level", "hint"),
    [
        ("topic", "12 partitions", None, "problem", "segment-worker topics apply"),
        ("partitions", "12", "3", "problem", "set kafka.partitions"),
        ("cleanup.policy", "compact", "delete", "problem", "change it with kafka-configs.sh"),
        ("min.compaction.lag.ms", "3600000", "0", "problem", "change it"),
        ("retention.ms", "2592000000", "-1", "warning", "change it"),
        ("max.message.bytes", "1048576", "1000000", "problem", "change it"),
        ("max.message.bytes", "1048576", None, "problem", "change it"),
        ("max.message.bytes", "1048576", "1048588", "warning", "change it"),  # Kafka's own default
    ],
)
async def test_what_a_worker_can_do_without_is_a_warning(
    what: str, expected: str, found: str | None, level: Level, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(_connection: Connection, _contracts: Mapping[str, Contract]) -> list[Difference]:
        return [Difference("segment.events", what, expected, found)]

    monkeypatch.setattr(topics, "check", check)
    (finding,) = [each async for each in topics.check_topics(Connection(bootstrap_servers=("127.0.0.1:1",)), {})]
    assert (finding.level, finding.check) == (level, "topics")
    assert finding.hint is not None
    assert finding.hint.startswith(hint)


async def test_topics_in_which_nothing_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(_connection: Connection, _contracts: Mapping[str, Contract]) -> list[Difference]:
        return []

    monkeypatch.setattr(topics, "check", check)
    (finding,) = [each async for each in topics.check_topics(Connection(bootstrap_servers=("127.0.0.1:1",)), {})]
    assert finding.level == "ok"
