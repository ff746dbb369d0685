import pytest

from worker.backfill.plan import Files, FileSource, Plan, Progress
from worker.backfill.run import Status
from worker.cli import backfill_text
from worker.cli.backfill_text import BackfillDisplay


def test_the_rate_is_of_what_this_process_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(backfill_text, "time", type("Clock", (), {"monotonic": lambda: now}))
    with BackfillDisplay(Plan("segment.events", Files((FileSource("f", 1000, 0),))), quiet=False) as display:
        display.told(Status(Progress({}, done=900, sent=90, total=1000), 0, live=False))
        now += 2
        display.told(Status(Progress({}, done=1000, sent=100, total=1000), 7, live=True))
    assert capsys.readouterr().err.splitlines() == [
        "backfill: 900 of 1,000 bytes; 90 events sent, 0/s",
        "backfill: 1,000 of 1,000 bytes; 100 events sent, 5/s, beside live traffic, 7 wait for the workers",
    ]
