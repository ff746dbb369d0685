"""(w) Decisions: what deciding one command costs, against decoding its event."""

import time
from collections.abc import Iterable, Iterator
from random import Random
from statistics import quantiles

import msgspec
import orjson
from msgspec import Struct

from tests.bench.bench import Bench
from tests.bench.report import Section, Table, at_most, three_digits
from tests.bench.traffic import traffic
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, Simulation
from worker.simulation.network import Network, Spot
from worker.workspace import values
from worker.workspace.effects import Delete, Effect, Put, State
from worker.workspace.settings import WorkspaceSettings

PARTITIONS = 12

COMMANDS = ("Event", "Under", "Identify", "Relate", "AddDevice", "RemoveDevice")
"""The messages that commands become; all others follow from them."""

LOADS_MAX = 10.0

METHOD = """\
The realistic mix of part (b) through the decisions in one process, one event at a time, without Kafka. A decision is
the whole function that an agent calls on one message, its reads decoded from the table's bytes; `orjson.loads` is of
the whole event that the command came from. First quartiles, in microseconds. `Under` is a command of an anonymousId
alone; the rows after the commands are messages between handles, profiles and tables, which follow from them."""


class Stored(Struct):
    """One table partition as the runtime keeps it: values are bytes, decoded when read."""

    decoder: "msgspec.json.Decoder[Struct]"
    records: dict[str, bytes]

    def get(self, key: str) -> Struct | None:
        raw = self.records.get(key)
        return None if raw is None else self.decoder.decode(raw)


class Timed(Network):
    """Decides on stored tables, and takes the time of each decision by the kind of message."""

    def __init__(self) -> None:
        super().__init__(WorkspaceSettings(), PARTITIONS, Random(0))
        types = {
            "people": values.PeopleValue,
            "anonymous": values.AnonymousValue,
            "objects": values.ObjectsValue,
            "devices": values.DevicesValue,
        }
        self.stored = {spot: Stored(msgspec.json.Decoder(types[spot[0]]), {}) for spot in self.tables}
        self.taken: dict[str, list[float]] = {}

    def decide(self, spot: Spot, message: Struct, state: State[Struct] | None = None) -> list[Effect]:
        began = time.perf_counter()
        effects = super().decide(spot, message, self.stored[spot])
        self.taken.setdefault(type(message).__name__, []).append(time.perf_counter() - began)
        return effects

    def write(self, spot: Spot, effects: Iterable[Effect]) -> None:
        records = self.stored[spot].records
        for effect in effects:
            if isinstance(effect, Put):
                records[effect.key] = msgspec.json.encode(effect.value)
            elif isinstance(effect, Delete):
                records.pop(effect.key, None)
        self.changes.clear()


async def run(bench: Bench) -> Section:
    """Measure."""
    bench.say("decisions, without Kafka")
    loads, taken = measure(bench.amount(40_000, 2_000))
    commands = [one for name in COMMANDS for one in taken.get(name, [])]
    rows = [_row("orjson.loads of the event", loads, loads), _row("a command", commands, loads)]
    rows += [_row(f"… {name}", taken[name], loads) for name in COMMANDS if name in taken]
    rows += [_row(name, times, loads) for name, times in sorted(taken.items()) if name not in COMMANDS]
    ratio = quarter(commands) / quarter(loads)
    bar = at_most("deciding one command, in orjson.loads of its event", LOADS_MAX, ratio, "×")
    return Section("(w) Decisions", METHOD, (Table("Cost", ("", "decisions", "µs", "× loads"), tuple(rows)),), (bar,))


def measure(count: int) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds of each event's decoding, and of each decision by the kind of message."""
    network = Timed()
    actions = ActionSettings()
    simulation = Simulation(
        Subscriptions.compile(automatic(actions), actions), network.settings, PARTITIONS, Random(0), network=network
    )
    loads: list[float] = []
    for event in decoded(count, loads):
        simulation.arrive(Arrival(event), interleave=False)
        network.settle()
    return loads, network.taken


def decoded(count: int, loads: list[float]) -> Iterator[JsonObject]:
    for _, (_, raw) in traffic(count, 1_700_000_000.0):
        began = time.perf_counter()
        event = orjson.loads(raw)
        loads.append(time.perf_counter() - began)
        yield event


def quarter(times: list[float]) -> float:
    """The first quartile: what it costs where nothing else takes the processor."""
    return quantiles(times, n=4)[0]


def _row(name: str, times: list[float], loads: list[float]) -> tuple[str, ...]:
    cost = quarter(times)
    return name, f"{len(times):,}", three_digits(cost * 1e6), three_digits(cost / quarter(loads))
