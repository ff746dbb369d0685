"""(f) Segment's language: from an event to its commands, against Segment's own code."""

import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.node import node_version, segment_program
from tests.bench.process import ROOT, ContenderFailed
from tests.bench.quix_venv import NotInstalled
from tests.bench.report import Section, Table, at_least, three_digits
from tests.bench.traffic import traffic

EVENTS = 60_000
ROUNDS = 9
"""Processes of each contender, in turn: at any scale, so that the best is one that nothing else disturbed."""
PASSES = 2
"""How often each goes through the events."""
CONFIGURED = (15, 150, 1500)
DEFINITION = ROOT / "tests" / "destination" / "data" / "customerio_definition.json"
_START = 1_767_225_600.0
_LONGEST_S = 900.0

METHOD = """\
The realistic mix of part (b) through the 15 automatic presets, in one thread, without Kafka. This project: the event is
checked, its subscriptions found, their mappings applied, the fields coerced, timestamps converted, the commands made.
Segment's own code (npm: `@segment/actions-core`, `@segment/destination-subscriptions`): `validate` of the 15
parsed triggers and `transform` of those that match, which ends before coercion, conversion and the request. Each gets
the events as decoded JSON ("decoded"), and as text that it decodes itself ("text"). The best pass through the events of
nine processes of each, taken in turn, after one that does not count. More subscriptions are ones to track events of
names that no event has."""


class Found(Struct, frozen=True):
    """What a contender measured: seconds for all events, a pass each; and how many subscriptions matched."""

    decoded: list[float]
    text: list[float]
    matches: int


async def run(bench: Bench) -> Section:
    """Measure."""
    count = bench.amount(EVENTS, 2_000)
    file = bench.directory / "language.ndjson"
    file.write_bytes(b"\n".join(value for _, (_, value) in traffic(count, _START)))
    ours = [sys.executable, "-m", "tests.bench.contenders.language"]
    notes: list[str] = []
    try:
        segment = [*segment_program(), str(DEFINITION)]
        notes.append(f"Node.js {node_version()}")
    except NotInstalled as problem:
        segment = []
        notes.append(f"**Segment's own code was left out**: {problem}")
    programs = {"this project": ours} | ({"Segment's own code": segment} if segment else {})
    rates = {name: _Rates([], [], count) for name in programs}
    for _ in range(1 if bench.quick else ROUNDS):
        for name, program in programs.items():
            found = _measure(program, file, PASSES, 0)
            if found.matches != count:  # of this mix each event matches one trigger
                raise ContenderFailed(f"{name}: {found.matches:,} of {count:,} events matched")
            rates[name] = rates[name].and_(found)
        bench.say(", ".join(f"{name}: {each.decoded_us:.1f} µs an event" for name, each in rates.items()))
    mix = Table(
        f"{count:,} events, 15 subscriptions",
        ("", "decoded: events/s", "µs an event", "text: events/s", "µs an event"),
        tuple(
            (name, *(cell for us in (each.decoded_us, each.text_us) for cell in (three_digits(1e6 / us), f"{us:.1f}")))
            for name, each in rates.items()
        ),
    )
    own, theirs = rates["this project"], rates.get("Segment's own code")
    bars = (
        at_least(
            "(f) event → commands / Segment's own code",
            2,
            None if theirs is None else theirs.decoded_us / own.decoded_us,
        ),
    )
    if theirs is not None:
        notes.append(f"With decoding included: {theirs.text_us / own.text_us:.1f}× the rate of Segment's own code.")
    return Section("(f) Segment's language", METHOD, (mix, _growth(bench, programs, file, count)), bars, tuple(notes))


class _Rates(Struct, frozen=True):
    """Seconds for all events, of all passes."""

    decoded: list[float]
    text: list[float]
    events: int

    def and_(self, found: Found) -> "_Rates":
        return _Rates(self.decoded + found.decoded, self.text + found.text, self.events)

    @property
    def decoded_us(self) -> float:
        return min(self.decoded) * 1e6 / self.events

    @property
    def text_us(self) -> float:
        return min(self.text) * 1e6 / self.events


def _growth(bench: Bench, programs: dict[str, list[str]], file: Path, count: int) -> Table:
    """What an event costs with more and more subscriptions; of fewer events, as Segment's code gets slow."""
    few = file.with_name("language-few.ndjson")
    some = max(500, count // 20)
    few.write_bytes(b"\n".join(value for _, (_, value) in traffic(some, _START)))
    rows = []
    for name, program in programs.items():
        costs = []
        for configured in CONFIGURED:
            found = _measure(program, few, 3 * PASSES, configured - 15)
            costs.append(f"{min(found.decoded) * 1e6 / some:.1f} µs")
            bench.say(f"{name}, {configured:,} subscriptions: {costs[-1]} an event")
        rows.append((name, *costs))
    return Table(
        f"An event's cost with more subscriptions ({some:,} events, decoded)",
        ("", *(f"{configured:,}" for configured in CONFIGURED)),
        tuple(rows),
    )


def _measure(program: list[str], file: Path, passes: int, extra: int) -> Found:
    command = [*program, str(file), str(passes), str(extra)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=_LONGEST_S)
    if done.returncode:
        raise ContenderFailed(f"`{' '.join(command)}` failed: {done.stderr.decode(errors='replace')[-500:]}")
    return msgspec.json.decode(done.stdout, type=Found)
