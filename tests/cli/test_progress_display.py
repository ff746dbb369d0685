import sys
from collections.abc import Callable
from typing import TypeAlias

import pytest

from worker.cli import progress_display
from worker.cli.progress_display import ProgressDisplay

Wait: TypeAlias = Callable[[float], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Wait:
    """Lets seconds go by."""
    now = 100.0

    def let_pass(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(progress_display, "time", type("Clock", (), {"monotonic": lambda: now}))
    return let_pass


def test_a_line_comes_every_two_seconds_and_at_the_end(wait: Wait, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay("sending", "events") as display:
        for done in range(7):
            display.update(done * 500, 3000)
            wait(0.7)
        display.update(3000, 3000)
    assert capsys.readouterr().err.splitlines() == [
        "sending: 0 of 3,000 events",
        "sending: 1,500 of 3,000 events, some 2 s left",
        "sending: 3,000 of 3,000 events",
    ]


def test_what_is_left_goes_by_what_was_done_since_it_was_told_first(
    wait: Wait, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressDisplay("backfill", "bytes") as display:
        display.update(900, 1000, "none sent")  # by an earlier process
        wait(2)
        display.update(910, 1000, "1 sent")
    assert capsys.readouterr().err.splitlines() == [
        "backfill: 900 of 1,000 bytes; none sent",
        "backfill: 910 of 1,000 bytes, some 18 s left; 1 sent",
    ]


def test_without_a_total_it_counts(wait: Wait, capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay("dead letters", "done") as display:
        for done in (1, 1, 2000):
            display.update(done)
            wait(3)
    assert capsys.readouterr().err == "dead letters: 1 done\ndead letters: 2,000 done\n"


def test_a_quiet_one_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressDisplay("sending", "events", quiet=True) as display:
        display.update(1, 2)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("total", "share"), [(2000, "50%"), (None, "1,000 events")])
def test_a_terminal_gets_a_bar(
    total: int | None, share: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with ProgressDisplay("sending", "events") as display:
        display.update(1000, total)
        display.update(1000, total, "one a second")
    shown = capsys.readouterr().err
    assert "one a second" in shown
    assert share in shown
