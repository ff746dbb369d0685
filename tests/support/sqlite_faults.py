"""Faults at everything that is asked of SQLite: the Nth fails, once or for ever, before or after it took effect."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Literal, TypeVar

import pytest

from tests.support.faults import Kind, Plan

ResultT = TypeVar("ResultT")

SWEPT = [(kind, for_ever) for kind in (Kind.BEFORE, Kind.AFTER) for for_ever in (False, True)]
"""The parameters of a sweep: these, for each statement."""


def failure() -> sqlite3.OperationalError:
    """What SQLite raises when the disk fails."""
    problem = sqlite3.OperationalError("disk I/O error")
    problem.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return problem


class DiskFaults:
    """The fault points of all connections that are made meanwhile; `fired`: the statements that failed."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._asked = 0
        self.fired: list[str] = []

    def around(self, statement: str, effect: Callable[[], ResultT]) -> ResultT:
        """One request."""
        hit = self._plan.hits(self._asked)
        self._asked += 1
        if not hit:
            return effect()
        self.fired.append(" ".join(statement.split()))
        if self._plan.kind is Kind.AFTER:
            effect()
        raise failure()


def _cursors(faults: DiskFaults) -> type[sqlite3.Cursor]:
    class Cursor(sqlite3.Cursor):
        def _around(self, statement: str, effect: Callable[[], ResultT]) -> ResultT:
            try:
                return faults.around(statement, effect)
            except sqlite3.Error:
                self.close()  # a statement that failed holds no locks
                raise

        def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
            return self._around(sql, lambda: super(Cursor, self).execute(sql, parameters))

        def executemany(self, sql: str, parameters: Iterable[Any], /) -> "Cursor":
            return self._around(sql, lambda: super(Cursor, self).executemany(sql, parameters))

        def executescript(self, sql: str, /) -> sqlite3.Cursor:
            return self._around(sql, lambda: super(Cursor, self).executescript(sql))

        def fetchone(self) -> Any:
            return self._around("fetch", super().fetchone)

        def fetchall(self) -> list[Any]:
            return self._around("fetch", super().fetchall)

    return Cursor


def _connections(faults: DiskFaults) -> type[sqlite3.Connection]:
    cursors = _cursors(faults)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = cursors) -> Any:
            return super().cursor(factory)

        def execute(self, sql: str, parameters: Any = (), /) -> Any:
            return self.cursor().execute(sql, parameters)  # its own has a cursor of SQLite's

        def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any:
            return self.cursor().executemany(sql, parameters)

        def executescript(self, sql: str, /) -> Any:
            return self.cursor().executescript(sql)

        def __exit__(
            self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None, /
        ) -> Literal[False]:
            if problem is not None:
                return super().__exit__(kind, problem, trace)
            try:
                return faults.around("COMMIT", lambda: super(Connection, self).__exit__(None, None, None))
            except sqlite3.Error:
                self.rollback()  # as Python's own does
                raise

    return Connection


@contextmanager
def failing_disk(plan: Plan) -> Iterator[DiskFaults]:
    """What is opened while the body runs fails as planned; aiosqlite's connections are SQLite's as well."""
    faults, connect = DiskFaults(plan), sqlite3.connect
    connections = _connections(faults)

    def failing(*place: Any, **options: Any) -> sqlite3.Connection:
        with ExitStack() as unless_opened:

            def opened() -> sqlite3.Connection:
                database: sqlite3.Connection = connect(*place, **options, factory=connections)
                unless_opened.callback(database.close)
                return database

            database = faults.around("connect", opened)
            unless_opened.pop_all()
            return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", failing)
        yield faults


@contextmanager
def stopped_by(fault: type[Exception], place: str = "") -> Iterator[None]:
    """The body may end with `fault`, which names what failed; with nothing else."""
    try:
        yield
    except fault as problem:
        if "disk I/O error" not in str(problem) or place not in str(problem):
            raise AssertionError(f"{problem} says too little") from problem


def sweep(kind: Kind, for_ever: bool, trial: Callable[[Plan], DiskFaults]) -> list[str]:
    """Try plan after plan until no fault fires any more; the statements that failed first."""
    failed: list[str] = []
    while (faults := trial(Plan(len(failed), kind, for_ever))).fired:
        failed.append(faults.fired[0])
    return failed
