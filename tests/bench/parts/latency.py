"""(d) Latency at 1,000 events/s, and how long a graceful rebalance holds the changes up."""

import asyncio
import time
from itertools import pairwise

from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.deployment import pipeline_job
from tests.bench.job import Job
from tests.bench.process import Contender, python
from tests.bench.report import Bar, Section, Table, at_most
from tests.bench.stream import Stream, streaming
from tests.bench.traffic import traffic
from tests.support.groups import wait_for_members

PARTITIONS = (4, 12)
PIPELINE = python("pipeline")
_WARM_S = 15.0
_JOIN_S = 40.0

METHOD = """\
Events of the realistic mix, sent at a steady rate, those of 10 ms together, by the benchmark's own process, which reads
the changes too. Latency is the time from when an event was due, not from when it was sent, until the first change that
it caused was read. In mid-stream a second worker joins the group, and later leaves it (SIGTERM): "pause" is the longest
time in which no change at all arrived. Every event must have caused a change in the end."""


class Phase(Struct, frozen=True):
    """A stretch of the stream."""

    name: str
    latencies: list[float]
    """Seconds, rising."""
    pause_s: float

    def percentile(self, share: float) -> float:
        """The latency, in seconds, that `share` of the events did not exceed."""
        return self.latencies[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


async def run(bench: Bench) -> Section:
    """Measure on each number of partitions; the second worker comes and goes on the larger one."""
    rate = 200 if bench.quick else 1000
    tables: list[Table] = []
    bars: list[Bar] = []
    for partitions in PARTITIONS:
        phases = await _phases(bench, partitions, rate, rebalance=partitions == PARTITIONS[-1])
        calm, *around = phases
        tables.append(_table(phases, rate, partitions))
        shown = f"(d) latency at {rate:,} events/s, {partitions} partitions, p99"
        bars.append(at_most(shown, 150, calm.percentile(0.99) * 1000, " ms"))
        if around:
            bars.append(at_most("(d) pause of a graceful rebalance", 5, max(phase.pause_s for phase in around), " s"))
    return Section("(d) Latency", METHOD, tuple(tables), tuple(bars))


def _table(phases: list[Phase], rate: int, partitions: int) -> Table:
    rows = tuple(
        (
            phase.name,
            f"{len(phase.latencies):,}",
            *(f"{phase.percentile(share) * 1000:,.0f} ms" for share in (0.5, 0.99, 1.0)),
            f"{phase.pause_s * 1000:,.0f} ms",
        )
        for phase in phases
    )
    return Table(f"{rate:,} events/s, {partitions} partitions", ("", "events", "p50", "p99", "slowest", "pause"), rows)


async def _phases(bench: Bench, partitions: int, rate: int, *, rebalance: bool) -> list[Phase]:
    job = await pipeline_job(bench, f"latency-{partitions}", partitions)
    calm_s, around_s = bench.amount(20, 3 if bench.quick else 10), bench.amount(15, 5)
    longest = rate * int(_WARM_S + calm_s + 2 * rebalance * (_JOIN_S + around_s))
    events = list(traffic(longest, time.time() - 3600))
    with Contender(PIPELINE, job, name=f"{job.group}-first"):
        await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
        async with streaming(job) as stream:
            sending = asyncio.create_task(stream.send(events, rate))
            try:
                marks = [time.monotonic() + _WARM_S]
                await asyncio.sleep(_WARM_S + calm_s)
                marks.append(time.monotonic())
                if rebalance:
                    marks += await _come_and_go(bench, job, around_s)
            finally:
                stream.stop()
                await sending
            await stream.all_arrived()
    return _cut(stream, marks)


async def _come_and_go(bench: Bench, job: Job, around_s: float) -> list[float]:
    """A second worker joins, and leaves again; the ends of both phases."""
    bench.say("a second worker joins")
    with Contender(PIPELINE, job, name=f"{job.group}-second"):
        await wait_for_members(job.bootstrap, job.group, 2, _JOIN_S)
        await asyncio.sleep(around_s)
        left = time.monotonic()
        bench.say("and leaves")
    await wait_for_members(job.bootstrap, job.group, 1, _JOIN_S)
    await asyncio.sleep(around_s)
    return [left, time.monotonic()]


def _cut(stream: Stream, marks: list[float]) -> list[Phase]:
    names = ("one worker", "a second worker joins", "the second worker leaves")
    return [
        Phase(name, stream.latencies(begin, end), stream.longest_gap(begin, end))
        for name, (begin, end) in zip(names, pairwise(marks), strict=False)
    ]
