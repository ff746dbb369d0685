"""(c) Recovery: how long until a new worker has read a table of profiles back from its changelog."""

import asyncio
from statistics import median

import orjson
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.measure import watch
from tests.bench.process import Contender, python
from tests.bench.profiles import VALUE_BYTES, as_units, lookups, placed, profiles
from tests.bench.report import Section, Table, at_least, three_digits
from tests.bench.topics import COMPACTED, create, load, load_placed, read_all, tail

CONTENDERS = {"ours": ("this runtime", "ours_profiles"), "faust": ("stock Faust", "faust_profiles")}
PARTITIONS = 4
ROUNDS = 3
LOOKUPS = 10_000
RESOLUTION_S = 0.1
_SETTLE_S = 2.0
_PATIENCE_S = 300.0

METHOD = f"""\
A changelog with as many profiles as given (about {VALUE_BYTES} bytes each) over {PARTITIONS} partitions is written
beforehand, and an input topic with {LOOKUPS:,} events; each event leads to one output with the email from the table,
which is checked. "First output" is the time from the start of a new process to its first output. The same start with an
empty changelog is subtracted: what remains is the recovery, less than {RESOLUTION_S} s counting as that: starts of the
same differ by more. Medians of {ROUNDS} runs."""


class Start(Struct, frozen=True):
    """One start of a contender."""

    first_output_s: float
    cpu_s: float
    """Processor time up to the first output."""
    resident_bytes: int
    """Memory held some seconds after all outputs."""
    unanswered: int
    """Events that got no answer."""


class Starts(Struct, frozen=True):
    """Medians of a contender's starts."""

    count: int
    full_s: float
    empty_s: float
    cpu_s: float
    """Of the recovery: that of a start with an empty changelog is subtracted."""
    full_bytes: int
    empty_bytes: int
    unanswered: list[int]
    """Of each start."""

    @property
    def recovery_s(self) -> float:
        """How long the recovery itself took."""
        return max(self.full_s - self.empty_s, RESOLUTION_S)

    @property
    def bytes_a_profile(self) -> float:
        """Memory held for each profile."""
        return (self.full_bytes - self.empty_bytes) / self.count


async def starts(bench: Bench) -> dict[str, Starts]:
    """Both contenders' starts: measured once a run, for (c) and (e)."""
    found = bench.results.get("starts")
    if found is None:
        found = bench.results["starts"] = await _measure(bench)
    assert isinstance(found, dict)
    return found


async def _measure(bench: Bench) -> dict[str, Starts]:
    count = bench.amount(200_000, 5_000)
    source = bench.name("lookups")
    await create(bench.bootstrap, [source], PARTITIONS)
    await load(bench.bootstrap, source, PARTITIONS, lookups(LOOKUPS, count))
    found: dict[str, dict[int, list[Start]]] = {name: {0: [], count: []} for name in CONTENDERS}
    for _ in range(bench.amount(ROUNDS, 1)):
        for name in CONTENDERS:
            for size in (0, count):
                start = await _start(bench, name, size, source)
                found[name][size].append(start)
                shown = f"{start.first_output_s:.1f} s, {start.resident_bytes / 2**20:.0f} MiB"
                bench.say(f"{CONTENDERS[name][0]}, {size:,} profiles: {shown}")
    return {name: _starts(count, sizes[count], sizes[0]) for name, sizes in found.items()}


def _starts(count: int, full: list[Start], empty: list[Start]) -> Starts:
    return Starts(
        count,
        median(each.first_output_s for each in full),
        median(each.first_output_s for each in empty),
        median(each.cpu_s for each in full) - median(each.cpu_s for each in empty),
        round(median(each.resident_bytes for each in full)),
        round(median(each.resident_bytes for each in empty)),
        [each.unanswered for each in (*full, *empty)],
    )


async def _start(bench: Bench, name: str, size: int, source: str) -> Start:
    group = bench.name(f"profiles-{name}")
    output, changelog = f"{group}-output", f"{group}-people-changelog"
    await create(bench.bootstrap, [output], PARTITIONS)
    await create(bench.bootstrap, [changelog], PARTITIONS, COMPACTED)
    written = (as_units if name == "ours" else placed)(profiles(size), PARTITIONS)
    await load_placed(bench.bootstrap, changelog, written)
    # The changelog of ours says that the first event of each partition is included already.
    expected = LOOKUPS - PARTITIONS if name == "ours" and size else LOOKUPS
    job = bench.job(group, PARTITIONS, source, output)
    async with tail(bench.bootstrap, output, PARTITIONS) as ends:
        with Contender(python(CONTENDERS[name][1]), job, name=group) as contender:
            found = await watch(contender, ends, expected, start_s=_PATIENCE_S)
            await asyncio.sleep(_SETTLE_S)
            held = contender.resident_bytes()
        answers = await read_all(bench.bootstrap, output, PARTITIONS)
    known = sum(orjson.loads(value or b"")["email"] is not None for _, value in answers)
    if known != (len(answers) if size else 0) or (name == "ours" and len(answers) != expected):
        raise contender.failed(f"knew {known} of {len(answers)} people with {size:,} profiles in its changelog")
    return Start(found.start_s, found.start_cpu_s, held, expected - len(answers))


async def run(bench: Bench) -> Section:
    """Measure."""
    found = await starts(bench)
    ours, faust = found["ours"], found["faust"]
    rows = tuple(
        (
            CONTENDERS[name][0],
            f"{each.full_s:.2f} s",
            f"{each.empty_s:.2f} s",
            f"{each.recovery_s:.2f} s",
            f"{each.cpu_s:.2f} s",
            three_digits(each.count / each.recovery_s),
            f"{faust.recovery_s / each.recovery_s:.1f}×",
        )
        for name, each in found.items()
    )
    columns = ("", "first output", "with an empty changelog", "recovery", "its CPU", "profiles/s", "recovers faster by")
    bar = at_least("(c) recovery / stock Faust", 8, faust.recovery_s / ours.recovery_s)
    notes = tuple(_unanswered(CONTENDERS[name][0], each.unanswered) for name, each in found.items())
    tables = (Table(f"{ours.count:,} profiles", columns, rows),)
    return Section("(c) Recovery", METHOD, tables, (bar,), notes)


def _unanswered(name: str, starts: list[int]) -> str:
    return f"{name}: events without an answer after a start: {', '.join(map(str, starts))}"
