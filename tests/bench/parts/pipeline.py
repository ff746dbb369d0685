"""(b) The whole pipeline: from an event in segment.events to the changes it causes in workspace.changes."""

import time
from statistics import median

import orjson
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.deployment import pipeline_job
from tests.bench.measure import flow
from tests.bench.process import Contender, python
from tests.bench.report import Section, Table, at_least, three_digits
from tests.bench.topics import load, read_all, tail
from tests.bench.traffic import PEOPLE, VISITORS, traffic

PARTITIONS = 12
ROUNDS = 3
QUIET_S = 5.0

METHOD = f"""\
A realistic mix (15 % identify, 5 % group, 50 % track, 20 % page, 5 % device, 5 % screen; {PEOPLE:,} people,
{VISITORS:,} visitors never identified, a third of what tracks and pages say under an anonymousId alone), written to
segment.events beforehand; {PARTITIONS} partitions. Each event is routed by the 15 automatic presets; its messages pass
the keyed topics, are decided with the tables, and the changes are written. A rate is events a second, from the first
change seen to the last; median of {ROUNDS} runs. Every event must have caused a change. Stock Faust runs the same
agents' functions (tests/bench/contenders/faust_pipeline.py) in its plain way: nothing waits for an acknowledgement."""


class Entry(Struct, frozen=True):
    """A contender of this part."""

    name: str
    shown: str
    program: list[str]
    events: int


class Result(Struct, frozen=True):
    """One run."""

    rate: float
    """Events a second."""
    cpu_us: float
    """Processor time of the contender an event, in microseconds."""
    changes: float
    """Changes an event."""


async def run(bench: Bench) -> Section:
    """Measure; compares with figure `runtime` of part (a)."""
    entries = (
        Entry("pipeline", "this worker", python("pipeline"), bench.amount(100_000, 4_000)),
        Entry("faust-pipeline", "stock Faust, same decisions", python("faust_pipeline"), bench.amount(10_000, 1_000)),
    )
    found: dict[str, list[Result]] = {entry.name: [] for entry in entries}
    for _ in range(bench.amount(ROUNDS, 1)):
        for entry in entries:
            result = await measure(bench, entry)
            found[entry.name].append(result)
            bench.say(f"{entry.shown}: {result.rate:,.0f} events/s, {result.cpu_us:.0f} µs CPU")
    results = {
        name: Result(*(median(getattr(each, field) for each in runs) for field in Result.__struct_fields__))
        for name, runs in found.items()
    }
    ours, faust = (results[entry.name] for entry in entries)
    rows = tuple(
        (
            entry.shown,
            f"{entry.events:,}",
            three_digits(results[entry.name].rate),
            f"{results[entry.name].cpu_us:.0f} µs",
            f"{results[entry.name].changes:.2f}",
            f"{ours.rate / results[entry.name].rate:.2f}×",
        )
        for entry in entries
    )
    columns = ("", "events", "events/s", "CPU an event", "changes an event", "this worker is faster by")
    alone = bench.figures.get("runtime")
    bars = (
        at_least("(b) pipeline / stock Faust, same decisions", 10, ours.rate / faust.rate),
        at_least("(b) pipeline / (a) runtime alone", 0.2, None if alone is None else ours.rate / alone),
    )
    return Section("(b) The whole pipeline", METHOD, (Table("Realistic mix", columns, rows),), bars)


async def measure(bench: Bench, entry: Entry) -> Result:
    """One run of one contender. Raises ContenderFailed, also when an event caused no change."""
    job = await pipeline_job(bench, entry.name, PARTITIONS)
    events = list(traffic(entry.events, time.time() - 3600))
    await load(bench.bootstrap, job.input, PARTITIONS, (pair for _, pair in events))
    async with tail(bench.bootstrap, job.output, PARTITIONS) as ends:
        with Contender(entry.program, job, name=job.group) as contender:
            found = await flow(contender, ends, quiet_s=QUIET_S)
    changes = await read_all(bench.bootstrap, job.output, PARTITIONS)
    caused = {orjson.loads(value or b"")["cause"]["message_id"] for _, value in changes}
    if missing := sum(message_id not in caused for message_id, _ in events):
        raise contender.failed(f"made no change of {missing} of {entry.events} events")
    changes_an_event = found.outputs / entry.events
    return Result(found.rate / changes_an_event, found.cpu_us * changes_an_event, changes_an_event)
