"""(a) The runtime against others that do the same: decode, state per key, changelog, one output an event."""

import orjson
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.events import EVENT_BYTES, KEYS, small_events
from tests.bench.job import Options
from tests.bench.measure import Flow, Speed, flow
from tests.bench.process import Contender, ContenderFailed, python
from tests.bench.quix_venv import NotInstalled, quix_python, quix_version
from tests.bench.report import Bar, Section, Table, at_least, three_digits
from tests.bench.topics import COMPACTED, create, load, read_all, tail
from worker.runtime.partition_state import POSITION_KEY

OURS, BARE, QUIX = "ours", "bare", "quix"
FAUST = ("faust-plain", "faust-durable")
OUR_CHANGELOG = "{group}-counts-changelog"
PARTITIONS = (4, 12)
ROUNDS = 3

METHOD = f"""\
{EVENT_BYTES}-byte track events over {KEYS:,} users, written to the topic beforehand. For each: decode it (orjson),
count it in the state of its user, write one output of {{user, count, messageId}}. A rate is outputs a second in the
output topic, from the first one seen to the last, so that the start of the process does not count; the median of
{ROUNDS} runs, taken in turn. "CPU" is processor time of the contender's process an event. After each run the states in
the changelog are added up: of this runtime and of Quix Streams they must be exactly the events that were sent, as must
be the outputs."""

NOTES = (
    "stock Faust, plain: `async for`, a table, `await topic.send(...)` – nothing waits for an acknowledgement.",
    "stock Faust, durable: an event is acked once its output and its table write are acknowledged; up to 1,000 "
    "under way.",
    "Quix Streams: its defaults (at least once; outputs and changelog are flushed every 5 s, then offsets committed).",
    "bare aiokafka: the same work without durability – no changelog, nothing awaited. What Python has left to give.",
    "The slow contenders get fewer events (the first ones of the same).",
)


class Entry(Struct, frozen=True):
    """A contender of this part."""

    name: str
    shown: str
    program: list[str]
    events: int
    changelog: str
    """Name of its changelog topic, with {group} and {input}; empty: it has none."""
    exact: bool
    """Whether it promises to lose and repeat nothing in an undisturbed run."""
    options: Options = {}


def ours(events: int) -> Entry:
    """This runtime, with so many events."""
    return Entry(OURS, "this runtime", python("ours"), events, OUR_CHANGELOG, exact=True)


def entries(bench: Bench) -> tuple[list[Entry], list[str]]:
    """The contenders, and notes on those that are not there."""
    fast, slow = bench.amount(500_000, 30_000), bench.amount(60_000, 6_000)
    changelog = OUR_CHANGELOG
    faust = python("stock_faust")
    found = [
        ours(fast),
        Entry(FAUST[0], "stock Faust, plain", faust, slow, changelog, False, {"way": "plain"}),
        Entry(FAUST[1], "stock Faust, durable", faust, slow, changelog, False, {"way": "durable"}),
        Entry(BARE, "bare aiokafka, not durable", python("bare"), fast, "", exact=False),
    ]
    try:
        program = [str(quix_python()), "tests/bench/contenders/quix.py"]
    except NotInstalled as problem:
        return found, [f"**Quix Streams was left out**: {problem}"]
    shown = f"Quix Streams {quix_version()}, stateful"
    found.insert(3, Entry(QUIX, shown, program, fast, "changelog__{group}--{input}--default", exact=True))
    return found, []


async def run(bench: Bench) -> Section:
    """Measure on each number of partitions."""
    contenders, missing = entries(bench)
    tables: list[Table] = []
    bars: list[Bar] = []
    notes = [*NOTES, *missing]
    for partitions in PARTITIONS:
        flows = await _all(bench, contenders, partitions)
        speeds = {name: Speed.of(each) for name, each in flows.items()}
        tables.append(_table(contenders, speeds, partitions))
        rate = {name: each.rate for name, each in speeds.items()}
        best = max(rate[name] for name in FAUST)
        quix = rate[OURS] / rate[QUIX] if QUIX in rate else None
        bars.append(at_least(f"(a) runtime / stock Faust's better way, {partitions} partitions", 12, rate[OURS] / best))
        bars.append(at_least(f"(a) runtime / Quix Streams stateful, {partitions} partitions", 1.2, quix))
        notes += [
            f"{entry.shown}, {partitions} partitions: {wrong} of {len(flows[entry.name])} runs did not end with one "
            "output an event"
            for entry in contenders
            if (wrong := sum(each.outputs != entry.events for each in flows[entry.name]))
        ]
    return Section("(a) The runtime", METHOD, tuple(tables), tuple(bars), tuple(notes))


async def _all(bench: Bench, contenders: list[Entry], partitions: int) -> dict[str, list[Flow]]:
    inputs: dict[int, str] = {}
    for count in sorted({entry.events for entry in contenders}):
        inputs[count] = name = bench.name(f"events-{partitions}")
        await create(bench.bootstrap, [name], partitions)
        await load(bench.bootstrap, name, partitions, small_events(count))
        bench.say(f"{count:,} events in {name}")
    flows: dict[str, list[Flow]] = {entry.name: [] for entry in contenders}
    for _ in range(bench.amount(ROUNDS, 1)):
        for entry in contenders:
            found = await measure(bench, entry, partitions, inputs[entry.events])
            flows[entry.name].append(found)
            bench.say(f"{partitions} partitions, {entry.shown}: {found.rate:,.0f} events/s, {found.cpu_us:.1f} µs CPU")
    return flows


async def measure(bench: Bench, entry: Entry, partitions: int, source: str) -> Flow:
    """One run of one contender. Raises ContenderFailed, also when an exact one counted wrongly."""
    group = bench.name(entry.name)
    output, changelog = f"{group}-output", entry.changelog.format(group=group, input=source)
    await create(bench.bootstrap, [output], partitions)
    if changelog and entry.name != QUIX:  # which makes its own
        await create(bench.bootstrap, [changelog], partitions, COMPACTED)
    job = bench.job(group, partitions, source, output, entry.options)
    async with tail(bench.bootstrap, output, partitions) as ends:
        with Contender(entry.program, job, name=group) as contender:
            found = await flow(contender, ends, entry.events)
        if entry.exact:
            outputs = await ends.count()
            counted = counts_in(await read_all(bench.bootstrap, changelog, partitions))
            if (outputs, counted) != (entry.events, entry.events):
                raise ContenderFailed(f"{group}: {entry.events} events, {outputs} outputs, {counted} in the changelog")
    return found


def counts_in(changelog: list[tuple[bytes, bytes | None]]) -> int:
    """All users' counts together, as recovered from a changelog of ours or of Quix Streams."""
    latest = {key: value for key, value in changelog if key != POSITION_KEY}
    return sum(orjson.loads(value)["n"] for value in latest.values() if value is not None and value[:1] == b"{")


def _table(contenders: list[Entry], speeds: dict[str, Speed], partitions: int) -> Table:
    ours = speeds[OURS]
    rows = tuple(
        (
            entry.shown,
            three_digits(speeds[entry.name].rate),
            f"{speeds[entry.name].cpu_us:.1f} µs",
            f"{ours.rate / speeds[entry.name].rate:.2f}×",
            f"{speeds[entry.name].cpu_us / ours.cpu_us:.2f}×",
        )
        for entry in contenders
    )
    columns = ("", "events/s", "CPU an event", "this runtime is faster by", "its CPU is less by")
    return Table(f"{partitions} partitions", columns, rows)
