"""What a view tells about itself, and what only the whole workspace shows."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from worker.observe import metrics
from worker.observe.observer import Sample
from worker.runtime.histogram import SECONDS, Histogram
from worker.view.database import reader
from worker.view.errors import ViewUnreadable
from worker.view.read.waiting import waiting
from worker.view.role import Written
from worker.view.schema import FAILURES

_FRESH_S: Final = 5.0
"""What waits is counted at most this often, however often it is asked for."""

_PATIENCE_S: Final = 2.0


class ViewObserver:
    """Counts what the view has written; what waits is asked of its file."""

    def __init__(self, topic: str, path: Path) -> None:
        self._topic = topic
        self._path = path
        self._opened = False
        self._changes: Counter[str] = Counter()
        self._repeats = 0
        self._lag = 0
        self._seconds = Histogram(SECONDS)
        self._waiting: tuple[int, int] | None = None
        self._asked_at = float("-inf")

    def take(self, written: Written) -> None:
        """The view has written a batch (or opened its file: an empty one)."""
        if self._opened:
            self._seconds.observe(written.seconds)
        self._opened = True
        self._changes.update(written.types)
        self._repeats += written.repeats
        self._lag = written.lag

    def not_alive(self) -> str | None:
        """What goes wrong ends the view by itself; a loop that hangs does not answer."""
        return None

    def not_ready(self) -> str | None:
        """It is once its file is open and the brokers have answered."""
        return None if self._opened else "opening the file, or reaching the brokers"

    async def refresh(self) -> None:
        """Count what waits, unless that was done just now; a file that is busy is asked later."""
        now = time.monotonic()
        if not self._opened or now - self._asked_at < _FRESH_S:
            return
        self._asked_at = now
        try:
            async with asyncio.timeout(_PATIENCE_S), reader(self._path) as database:
                self._waiting = await waiting(database)
        except (TimeoutError, ViewUnreadable, sqlite3.Error):
            self._waiting = None

    def samples(self) -> Iterator[Sample]:
        """All metrics of role view."""
        # What alerts are about from 0 on: Prometheus' increase() does not see the first value of a series.
        for kind in dict.fromkeys((*FAILURES, *self._changes)):
            yield Sample(metrics.CHANGES, (kind,), self._changes[kind])
        yield Sample(metrics.CHANGE_REPEATS, (), self._repeats)
        yield Sample(metrics.VIEW_BATCH_SECONDS, (), self._seconds)
        yield Sample(metrics.LAG, (self._topic,), self._lag)
        if self._waiting is not None:
            yield Sample(metrics.WAITING_ANONYMOUS, (), self._waiting[0])
            yield Sample(metrics.WAITING_EVENTS, (), self._waiting[1])
