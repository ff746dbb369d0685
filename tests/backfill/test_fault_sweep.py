"""Whatever a backfill asks of its checkpoint fails, once or for ever: resumed, it sends each event once."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import pytest
from typer.testing import CliRunner

from tests.support.faults import Kind, Plan
from tests.support.recording import PlainRecord
from tests.support.sqlite_faults import SWEPT, DiskFaults, failing_disk, sweep
from worker.backfill import planning, run, sources
from worker.backfill.pace import Pace
from worker.cli import backfill as cli
from worker.config import load_config
from worker.deployment import make_deployment
from worker.runtime.publisher import Outputs
from worker.runtime.ranges import Bounds

EVENTS = 3
AT_ONCE = 2


class Kafka:
    """The topic that a backfill goes to, with one partition: stands in for all that asks the brokers."""

    def __init__(self) -> None:
        self.log: list[PlainRecord] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def bounds(self) -> Bounds:
        return Bounds({0: 0}, {0: len(self.log)})

    async def bounds_beyond(self, ends: Mapping[int, int]) -> Bounds:
        assert len(self.log) >= ends.get(0, 0)
        return await self.bounds()

    async def ends(self, _topic: str) -> dict[int, int]:
        return {0: len(self.log)}

    async def batches(
        self, starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> AsyncIterator[dict[int, list[PlainRecord]]]:
        yield {0: self.log[starts[0] : ends[0]]}

    async def deliver(self, outputs: Outputs) -> None:
        for (topic, partition), records in outputs.items():
            for one in records:
                self.log.append(PlainRecord(topic, partition, len(self.log), one.key, one.value, one.headers))


class Unhurried:
    """A governor that lets everything through."""

    def __init__(self, kafka: Kafka, *_: object) -> None:
        self.pace = Pace(None, 1.0)
        self.waiting = 0
        self.ends: dict[int, int] = {}
        self._kafka = kafka

    async def permit(self, wanted: int) -> int:
        self.ends = await self._kafka.ends("")
        return wanted


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    made = Kafka()

    async def nothing(*_: object) -> None:
        return None

    deployment = make_deployment(load_config(None))
    monkeypatch.setattr(cli, "_deployment", lambda *_: deployment)
    for name in ("LagReader", "RangeReader", "inbound_publisher"):
        monkeypatch.setattr(run, name, lambda *_: made)
    monkeypatch.setattr(run, "Governor", Unhurried)
    monkeypatch.setattr(planning, "expect_topics", nothing)
    monkeypatch.setattr(sources, "BATCH_RECORDS", AT_ONCE)
    return made


def command(checkpoint: Path, *options: str) -> tuple[int, list[Any]]:
    """Exit code, and what it printed; anything but words is no way to end."""
    done = CliRunner().invoke(cli.app, [*options, "--checkpoint", str(checkpoint), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done.exit_code, [orjson.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("kind", "for_ever"), SWEPT)
def test_every_statement_fails(kind: Kind, for_ever: bool, tmp_path: Path, kafka: Kafka) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(
        b"".join(b'{"type": "track", "userId": "u", "event": "E", "messageId": "m%d"}\n' % n for n in range(EVENTS))
    )

    def trial(plan: Plan) -> DiskFaults:
        kafka.log.clear()
        checkpoint = tmp_path / f"checkpoint-{plan.at}"
        with failing_disk(plan) as faults:
            code, printed = command(checkpoint, "--file", str(file))
        assert code == bool(faults.fired)
        if code:
            assert str(checkpoint) in printed[-1]["error"]
            assert "disk I/O error" in printed[-1]["error"]
        _, runs = command(checkpoint, "list")
        if not runs:
            assert command(checkpoint, "--file", str(file))[0] == 0
        elif runs[0]["state"] == "unfinished":
            assert command(checkpoint, "resume", runs[0]["id"])[0] == 0
        (left,) = command(checkpoint, "list")[1]
        assert (left["state"], left["progress"]["sent"]) == ("done", EVENTS)
        assert Counter(record.value for record in kafka.log) == dict.fromkeys(file.read_bytes().splitlines(), 1)
        return faults

    failed = sweep(kind, for_ever, trial)
    assert failed[0] == "connect"
    assert sum(statement.startswith("UPDATE") for statement in failed) == 2 + 1, "after each batch, and at the end"
