import pytest

from worker.backfill.plan import Files, FileSource, Plan, Progress
from worker.backfill.run import Status
from worker.cli import backfill_text
from worker.cli.backfill_text import Gauge


def test_what_is_left_of_a_resumed_backfill_goes_by_what_this_process_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(backfill_text, "time", type("Clock", (), {"monotonic": lambda: now}))
    with Gauge(Plan("segment.events", Files((FileSource("f", 1000, 0),))), quiet=False, before=900) as gauge:
        now += 2
        gauge.told(Status(Progress({}, done=900, total=1000), 0, live=False))
        now += 2
        gauge.told(Status(Progress({}, done=910, total=1000), 0, live=False))
    assert [line.split(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        "backfill: 900 of 1,000 bytes",
        "backfill: 910 of 1,000 bytes, some 36 s left",
    ]
