"""Whatever a backfill asks of its checkpoint fails, once or for ever: resumed, it sends each event once."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tests.backfill.stand_ins import Kafka, Unhurried
from tests.support.faults import Kind, Plan
from tests.support.sqlite_faults import SWEPT, DiskFaults, failing_disk, sweep
from worker.backfill import planning, run, sources
from worker.cli import backfill as cli
from worker.config import load_config
from worker.deployment import make_deployment

EVENTS = 3
AT_ONCE = 2


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
