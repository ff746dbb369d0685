"""(b) The whole pipeline: from an event in segment.events to the changes it causes in workspace.changes."""

import time
from collections.abc import Mapping
from statistics import median

import orjson
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.deployment import pipeline_job
from tests.bench.events import small_events
from tests.bench.measure import flow
from tests.bench.parts import runtime
from tests.bench.process import Contender, python
from tests.bench.report import Bar, Section, Table, at_least, three_digits
from tests.bench.topics import create, load, read_all, tail
from tests.bench.traffic import PEOPLE, VISITORS, traffic

PARTITIONS = (4, 12)
ROUNDS = 3
QUIET_S = 5.0
OURS, FAUST, ALONE = "pipeline", "faust-pipeline", "runtime"

METHOD = f"""\
A realistic mix (15 % identify, 5 % group, 50 % track, 20 % page, 5 % device, 5 % screen; {PEOPLE:,} people,
{VISITORS:,} visitors never identified, a third of what tracks and pages say under an anonymousId alone), written to
segment.events beforehand. Each event is routed by the 15 automatic presets; its messages pass
the keyed topics, are decided with the tables, and the changes are written. A rate is events a second, from the first
change seen to the last; median of {ROUNDS} runs, taken in turn. Every event must have caused a change. Stock Faust runs
the same agents' functions (tests/bench/contenders/faust_pipeline.py) in its plain way: nothing waits for an
acknowledgement. "The runtime alone" is part (a)'s, measured again in turn with the pipeline: there an event is one
record read, one counter and two records written; here it is about 2.6 read, 2.9 written and 1.6 commands decided. So
the ratio of the two falls as the runtime gets faster."""


class Entry(Struct, frozen=True):
    """A contender of this part."""

    name: str
    shown: str
    program: list[str]
    events: int


class Result(Struct, frozen=True):
    """One run, or the medians of several."""

    rate: float
    """Events a second."""
    cpu_us: float
    """Processor time of the contender an event, in microseconds."""
    changes: float
    """Changes an event; of the runtime alone, its outputs."""


async def run(bench: Bench) -> Section:
    """Measure on each number of partitions."""
    entries = (
        Entry(OURS, "this worker", python("pipeline"), bench.amount(100_000, 4_000)),
        Entry(FAUST, "stock Faust, same decisions", python("faust_pipeline"), bench.amount(10_000, 1_000)),
    )
    tables: list[Table] = []
    bars: list[Bar] = []
    for partitions in PARTITIONS:
        alone = await _runtime_alone(bench, partitions)
        found: dict[str, list[Result]] = {}
        for _ in range(1 if bench.quick else ROUNDS):
            found.setdefault(ALONE, []).append(await alone.measure(bench))
            for entry in entries:
                result = await measure(bench, entry, partitions)
                found.setdefault(entry.name, []).append(result)
                shown = f"{partitions} partitions, {entry.shown}"
                bench.say(f"{shown}: {result.rate:,.0f} events/s, {result.cpu_us:.0f} µs CPU")
        results = {name: _median(runs) for name, runs in found.items()}
        tables.append(_table((*entries, alone.entry), results, partitions))
        ours = results[OURS].rate
        bars += [
            at_least(
                f"(b) pipeline / stock Faust, same decisions, {partitions} partitions", 10, ours / results[FAUST].rate
            ),
            at_least(f"(b) pipeline / (a) runtime alone, {partitions} partitions", 0.2, ours / results[ALONE].rate),
        ]
    return Section("(b) The whole pipeline", METHOD, tuple(tables), tuple(bars))


class _Alone(Struct, frozen=True):
    """Part (a)'s runtime on an input of its own."""

    entry: Entry
    contender: runtime.Entry
    partitions: int
    input: str

    async def measure(self, bench: Bench) -> Result:
        """One run."""
        found = await runtime.measure(bench, self.contender, self.partitions, self.input)
        bench.say(f"{self.partitions} partitions, {self.entry.shown}: {found.rate:,.0f} events/s")
        return Result(found.rate, found.cpu_us, 1.0)


async def _runtime_alone(bench: Bench, partitions: int) -> _Alone:
    events = bench.amount(250_000, 30_000)
    source = bench.name(f"alone-{partitions}")
    await create(bench.bootstrap, [source], partitions)
    await load(bench.bootstrap, source, partitions, small_events(events))
    contender = runtime.ours(events)
    return _Alone(Entry(ALONE, "the runtime alone", contender.program, events), contender, partitions, source)


def _median(runs: list[Result]) -> Result:
    return Result(*(median(getattr(each, field) for each in runs) for field in Result.__struct_fields__))


def _table(entries: tuple[Entry, ...], results: Mapping[str, Result], partitions: int) -> Table:
    ours = results[OURS].rate
    rows = tuple(
        (
            entry.shown,
            f"{entry.events:,}",
            three_digits(result.rate),
            f"{result.cpu_us:.0f} µs",
            f"{result.changes:.2f}",
            f"{ours / result.rate:.2f}×",
        )
        for entry in entries
        for result in (results[entry.name],)
    )
    columns = ("", "events", "events/s", "CPU an event", "changes an event", "this worker is faster by")
    return Table(f"Realistic mix, {partitions} partitions", columns, rows)


async def measure(bench: Bench, entry: Entry, partitions: int) -> Result:
    """One run of one contender. Raises ContenderFailed, also when an event caused no change."""
    job = await pipeline_job(bench, entry.name, partitions)
    events = list(traffic(entry.events, time.time() - 3600))
    await load(bench.bootstrap, job.input, partitions, (pair for _, pair in events))
    async with tail(bench.bootstrap, job.output, partitions) as ends:
        with Contender(entry.program, job, name=job.group) as contender:
            found = await flow(contender, ends, quiet_s=QUIET_S)
    changes = await read_all(bench.bootstrap, job.output, partitions)
    caused = {orjson.loads(value or b"")["cause"]["message_id"] for _, value in changes}
    if missing := sum(message_id not in caused for message_id, _ in events):
        raise contender.failed(f"made no change of {missing} of {entry.events} events")
    changes_an_event = found.outputs / entry.events
    return Result(found.rate / changes_an_event, found.cpu_us * changes_an_event, changes_an_event)
