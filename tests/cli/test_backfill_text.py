from typing import Literal

import pytest
from typer.testing import CliRunner

from worker.backfill.plan import Files, FileSource, Plan, Progress
from worker.backfill.run import Status
from worker.cli import backfill, backfill_text
from worker.cli.app import load
from worker.cli.backfill_text import BackfillDisplay
from worker.local.ports import free_ports


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


@pytest.mark.parametrize(
    ("where", "triggers", "words"),
    [
        ('!(type = "track")', "segment", "warning: --where, character 1: the `!` is ignored"),
        (
            'type = "track" or type = "page" and event = "x"',
            "segment",
            "warning: --where, character 33: `and` and `or` are mixed",
        ),
        ('type = "track"', "segment", ""),
        ('!(type = "track")', "strict", ""),
    ],
)
def test_a_filter_that_does_not_mean_what_it_seems_to_is_told(
    where: str, triggers: Literal["segment", "strict"], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def planned(*_: object, where: str, **__: object) -> Plan:
        return Plan("segment.events", Files(()), where, triggers=triggers)

    monkeypatch.setattr(backfill, "make_plan", planned)
    monkeypatch.setenv("SEGMENT_WORKER_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_ports(1)[0]}")
    done = CliRunner().invoke(load("backfill"), ["--dry-run", "--where", where])
    assert done.exit_code == 1, "no broker answers"
    assert words in done.stderr
    assert ("warning" in done.stderr) is bool(words)
