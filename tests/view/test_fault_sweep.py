"""Whatever the view's role asks of its file fails, once or for ever: after a clean start nothing shows."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.faults import Kind, Plan
from tests.support.recording import PlainRecord
from tests.support.sqlite_faults import SWEPT, DiskFaults, failing_disk, stopped_by, sweep
from tests.view.random_changes import RandomChanges
from tests.view.records import Topic
from worker.runtime.connection import Connection
from worker.view import role
from worker.view.errors import ViewFault

CHANGES = 60
BATCH = 20


class Reader:
    """The topic as it is, in batches of each partition's next records."""

    def __init__(self, topic: Topic, positions: Mapping[int, int]) -> None:
        self._logs = topic.partitions
        self.starts = dict.fromkeys(self._logs, 0)
        self._positions = positions
        self.starts = dict.fromkeys(topic.partitions, 0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def batches(self, _stop: asyncio.Event) -> AsyncIterator[dict[int, list[PlainRecord]]]:
        at = {number: self._positions.get(number, 0) for number in self._logs}
        while batch := {number: log[at[number] :][:BATCH] for number, log in self._logs.items() if log[at[number] :]}:
            yield batch
            at |= {number: at[number] + len(records) for number, records in batch.items()}

    def lag(self, _positions: Mapping[int, int]) -> int:
        return 0

    def ended_before(self, _positions: Mapping[int, int]) -> list[int]:
        return []


def changes() -> Topic:
    """Two batches of two partitions, with some records twice."""
    topic = Topic()
    for number, (subject, change) in enumerate(islice(RandomChanges(1).interleaved(1), CHANGES)):
        record = topic.add(subject, change, hash_of(subject))
        if number % 10 == 9:
            topic.again(record)
    return topic


def hash_of(subject: str) -> int:
    return sum(subject.encode()) % 2


def content(path: Path) -> dict[str, list[str]]:
    """All tables, but for how often somebody took the file over."""
    database = sqlite3.connect(path)
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    found = {name: sorted(map(repr, database.execute(f"SELECT * FROM {name}"))) for (name,) in tables}
    found["source"] = list(map(repr, database.execute("SELECT topic, number FROM source")))
    database.close()
    return found


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("kind", "for_ever"), SWEPT)
def test_every_statement_fails(kind: Kind, for_ever: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = changes()
    monkeypatch.setattr(role, "TopicReader", lambda *_, positions, **__: Reader(topic, positions))

    def run(path: Path) -> None:
        asyncio.run(role.run_view(Connection(("nowhere:1",)), "changes", path, asyncio.Event()))

    run(tmp_path / "undisturbed")
    expected = content(tmp_path / "undisturbed")

    def trial(plan: Plan) -> DiskFaults:
        path = tmp_path / f"view-{plan.at}"
        with failing_disk(plan) as faults, stopped_by(ViewFault):
            run(path)
        run(path)
        assert content(path) == expected
        return faults

    failed = sweep(kind, for_ever, trial)
    assert failed[0] == "connect"
    assert failed.count("COMMIT") == 1 + 2, "of taking over, and of two batches"
    assert len(set(failed)) > 30
