"""Whatever the relay asks of its ledger, and each of its requests, fails once, and from then on for ever.

After a clean start everything has arrived, in order, and nothing that was acknowledged came again, but for the gap that
docs/architecture.md names: a batch that was acknowledged and is not in the ledger.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.relay.factories import TOPIC, make_record, make_value
from tests.support.faults import Kind, Plan
from tests.support.recording import PlainRecord, RecordingPublisher
from tests.support.sqlite_faults import SWEPT, DiskFaults, failing_disk, stopped_by, sweep
from worker.local.segment_api import Failure, Fault, Faults, Recorder, SegmentApi
from worker.relay import ledger, role
from worker.relay.errors import LedgerFault
from worker.relay.settings import RelaySettings
from worker.runtime.connection import Connection
from worker.runtime.group_reader import Shares
from worker.runtime.tuning import Tuning
from worker.runtime.unit import Target

LOG = [make_record(offset, make_value(offset // 2 if offset == 3 else offset)) for offset in range(7)]
"""Number 1 comes twice."""
AT_ONCE = 3
SENT = [f"cio-webhook-ana-{number:06}" for number in (0, 1, 2, 4, 5, 6)]
FAILURES = [Failure(fault, taken) for fault in (Fault.SERVER_ERROR, Fault.RESET, Fault.HANG) for taken in (False, True)]


class Partition:
    """A partition of the topic, and what the group has committed."""

    def __init__(self, log: list[PlainRecord]) -> None:
        self.log = log
        self.committed = 0


class Reader:
    """A member of the group that has the partition."""

    def __init__(self, partition: Partition, shares: Shares) -> None:
        self._partition = partition
        self._shares = shares
        self._at = partition.committed

    async def __aenter__(self) -> Self:
        await self._shares.assigned([0])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._shares.revoked([0])

    async def fetch(self, _resting: Collection[int], _timeout_s: float) -> Mapping[int, list[PlainRecord]]:
        """The next few records, once all before them are committed."""
        await asyncio.sleep(0.001)
        if self._at > self._partition.committed:
            return {}
        records = self._partition.log[self._at : self._at + AT_ONCE]
        self._at += len(records)
        return {0: records} if records else {}

    async def commit(self, number: int, next_offset: int) -> None:
        assert number == 0
        assert self._partition.committed <= next_offset <= self._at
        self._partition.committed = next_offset


class Orders(Faults):
    """The requests fail as planned."""

    def __init__(self, plan: Plan, failure: Failure) -> None:
        super().__init__(retry_after_s=0, hang_s=5.0)
        self._plan = plan
        self._failure = failure
        self._asked = 0
        self.fired: list[str] = []

    def next(self) -> Failure | None:
        hit = self._plan.hits(self._asked)
        self._asked += 1
        if not hit:
            return None
        self.fired.append(self._failure.fault)
        return self._failure


@pytest.fixture(autouse=True)
def _shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "TIMEOUT_S", 5.0)


async def relayed(partition: Partition, url: str, path: Path, limit_s: float = 40.0, answer_s: float = 30.0) -> None:
    """A relay works until all is committed, or so long. Raises what stopped it."""
    settings = RelaySettings(
        ledger=str(path), timeout_s=answer_s, retry_min_s=0.001, retry_max_s=0.002, breaker_pause_s=0.001
    )
    target = Target(f"{TOPIC}.dlq", 4, 1_000_000)
    delivery = role.Delivery(
        Connection(("nowhere:1",)), TOPIC, "group", target, f"{url}/v1/batch", "key", settings, Tuning()
    )
    stop = asyncio.Event()
    running = asyncio.create_task(role.run_relay(delivery, stop))
    end = asyncio.get_running_loop().time() + limit_s
    while not running.done() and partition.committed < len(partition.log) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.001)
    stop.set()
    await running


@pytest.fixture
def partition(monkeypatch: pytest.MonkeyPatch) -> Partition:
    """What the relays read; nothing is left of Kafka."""
    made = Partition(LOG)

    async def nothing_more(*_: Any) -> None:
        await asyncio.Event().wait()

    @asynccontextmanager
    async def publisher(*_: Any) -> AsyncIterator[RecordingPublisher]:
        yield RecordingPublisher()

    monkeypatch.setattr(role, "GroupReader", lambda *given: Reader(made, given[-1]))
    monkeypatch.setattr(role, "watch_lag", nothing_more)
    monkeypatch.setattr(Connection, "producer", lambda *_: None)
    monkeypatch.setattr(role, "KafkaPublisher", publisher)
    return made


def acknowledged(recorder: Recorder) -> Counter[str]:
    return Counter(arrival.message_id for arrival in recorder.arrivals if arrival.acknowledged)


def first_arrivals(recorder: Recorder) -> list[str]:
    return list(dict.fromkeys(arrival.message_id for arrival in recorder.arrivals))


async def _with_a_failing_disk(plan: Plan, path: Path, partition: Partition) -> DiskFaults:
    partition.committed = 0
    async with SegmentApi() as segment:
        with failing_disk(plan) as faults, stopped_by(LedgerFault):
            await relayed(partition, segment.url, path)
        await relayed(partition, segment.url, path)
    assert partition.committed == len(LOG)
    assert first_arrivals(segment.recorder) == SENT
    times = acknowledged(segment.recorder)
    if times != dict.fromkeys(SENT, 1):
        assert plan.kind is Kind.BEFORE
        assert "INTO delivered" in faults.fired[0]
        assert len([number for number in times.values() if number > 1]) <= AT_ONCE
        assert max(times.values()) == 2
    return faults


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("kind", "for_ever"), SWEPT)
def test_every_statement_fails(kind: Kind, for_ever: bool, tmp_path: Path, partition: Partition) -> None:
    def trial(plan: Plan) -> DiskFaults:
        return asyncio.run(_with_a_failing_disk(plan, tmp_path / f"ledger-{plan.at}", partition))

    failed = sweep(kind, for_ever, trial)
    assert failed[0] == "connect"
    assert sum("INTO delivered" in statement for statement in failed) >= 3


def _orders(failure: Failure, for_ever: bool) -> Iterator[Orders]:
    at = 0
    while True:
        orders = Orders(Plan(at, Kind.AFTER, for_ever), failure)
        yield orders
        if not orders.fired:
            return
        at += 1


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("failure", FAILURES, ids=[f"{each.fault}-{each.taken}" for each in FAILURES])
async def test_every_request_fails(failure: Failure, for_ever: bool, tmp_path: Path, partition: Partition) -> None:
    requests = 0
    for number, orders in enumerate(_orders(failure, for_ever)):
        partition.committed = 0
        path = tmp_path / f"ledger-{number}"
        async with SegmentApi(faults=orders) as segment:
            answer_s = 1.0 if failure.fault is Fault.HANG else 30.0
            await relayed(partition, segment.url, path, 0.3 if for_ever else 40.0, answer_s)
            if for_ever and orders.fired:
                assert partition.committed <= AT_ONCE * number
        async with SegmentApi(segment.recorder) as well:
            await relayed(partition, well.url, path)
        assert first_arrivals(well.recorder) == SENT
        assert acknowledged(well.recorder) == dict.fromkeys(SENT, 1)
        requests = number
    assert requests == 3
