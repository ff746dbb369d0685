"""A topic's partitions come in whatever order the brokers answer: killed at any record, a backfill sends each once."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.backfill.stand_ins import Kafka, Unhurried
from tests.support.recording import PlainRecord
from worker.backfill import run
from worker.backfill.checkpoint import Checkpoint
from worker.backfill.plan import Plan, Progress, Run, State, TopicRange, first_progress
from worker.backfill.selecting import Source
from worker.backfill.sources import ReadBatch
from worker.config import load_config
from worker.deployment import make_deployment
from worker.runtime.publisher import Outputs
from worker.topics import names

RECORDS = 3
"""In each of two partitions."""

READS = [
    [(0, 3), (1, 3)],
    [(1, 3), (0, 3)],
    [(0, 1), (1, 2), (0, 3), (1, 3)],
]
"""Ways in which the partitions may come: batch by batch, which it is of, and where it ends."""


class Killed(BaseException):
    """The process is gone."""


class Mortal(Kafka):
    """Takes so many records of a process, which is then killed."""

    left = 0

    async def deliver(self, outputs: Outputs) -> None:
        if not self.left:
            raise Killed
        self.left -= 1
        await super().deliver(outputs)


class OneByOne(Unhurried):
    async def permit(self, wanted: int) -> int:
        return min(1, await super().permit(wanted))


class Kept(Checkpoint):
    """Keeps one run in memory."""

    def __init__(self, kept: Run) -> None:
        self.kept = kept

    async def save(self, run_id: str, progress: Progress, now: float) -> State:
        self.kept = Run(run_id, "unfinished", 0.0, now, self.kept.plan, progress)
        return "unfinished"

    async def set_state(self, run_id: str, state: State, now: float) -> None:
        self.kept = Run(run_id, state, 0.0, now, self.kept.plan, self.kept.progress)


def record(partition: int, offset: int) -> Source:
    value = b'{"type": "track", "userId": "u", "event": "E"}'
    return Source(partition, offset, b"u", value, (), f"t/{partition}/{offset}", 1_700_000_000_000)


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(READS)))))
async def test_what_was_sent_and_not_noted_is_not_sent_again(
    order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = make_deployment(load_config(None))
    ends = {0: RECORDS, 1: RECORDS}
    plan = Plan(names.SEGMENT_EVENTS, TopicRange(deployment.topic(names.SEGMENT_EVENTS), {0: 0, 1: 0}, ends))
    reads = READS[0]

    async def read(_connection: object, _plan: Plan, progress: Progress, _longest: int) -> AsyncIterator[ReadBatch]:
        positions = progress.positions
        for partition, end in reads:
            found = [record(partition, offset) for offset in range(positions[partition], end)]
            positions = {**positions, partition: max(end, positions[partition])}
            yield ReadBatch(found, positions, sum(positions.values()))

    monkeypatch.setattr(run, "read_source", read)
    monkeypatch.setattr(run, "Governor", OneByOne)
    for first, second in itertools.product(range(2 * RECORDS), repeat=2):
        kafka = Mortal()
        for name in ("LagReader", "RangeReader", "inbound_publisher"):
            monkeypatch.setattr(run, name, lambda *_, kafka=kafka: kafka)
        checkpoint = Kept(Run("20261123-180303-bb49", "unfinished", 0.0, 0.0, plan, first_progress(plan)))
        for which, kafka.left in zip(order, (first, second, 2 * RECORDS), strict=True):
            reads = READS[which]
            try:
                progress = await run.replay(deployment, checkpoint, checkpoint.kept, lambda _: None)
            except Killed:
                continue
            assert progress.sent == 2 * RECORDS
            break
        assert checkpoint.kept.state == "done"
        marks = Counter(map(mark, kafka.log))
        assert len(marks) == marks.total() == 2 * RECORDS, (first, second)


def mark(sent: PlainRecord) -> bytes | None:
    return dict(sent.headers)["replayed"]
