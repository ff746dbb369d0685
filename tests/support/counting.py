"""Agents whose state shows every lost, doubled and swapped event: they count per key and chain the ids they see.

Two stages. `count` reads `in`, keeps a count and a chain per key, and sends a line per event to `out` and a message to
`second`. `tally` reads `second`, keeps a count and a chain per group of keys and source partition, and sends a line per
message to `out2`. A field `do` of an event asks for trouble.
"""

from typing import Any
from zlib import crc32

import msgspec
import orjson
from msgspec import Struct

from worker.reasons import Reason
from worker.runtime.agent import AgentSpec, TableSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.outgoing import Out, out
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit

GROUPS = 7
RECORD_BYTES = 1_000_000
"""What the topics of these agents take."""


class Layout(Struct, frozen=True):
    """The names of one pair of agents."""

    prefix: str
    partitions: int = 4

    @property
    def app_id(self) -> str:
        return f"{self.prefix}-app"

    def topic(self, name: str) -> str:
        return f"{self.prefix}.{name}"

    def target(self, name: str) -> Target:
        return Target(self.topic(name), self.partitions, RECORD_BYTES)

    @property
    def topics(self) -> list[str]:
        return [self.topic(name) for name in ("in", "in.dlq", "second", "second.dlq", "out", "out2")]

    @property
    def changelogs(self) -> list[str]:
        return [f"{self.app_id}-{table}-changelog" for table in ("counts", "tallies")]


class Event(Struct, frozen=True):
    """What `in` holds, as JSON."""

    key: str
    id: str
    do: str = ""
    size: int = 0


class Count(Struct, frozen=True):
    n: int = 0
    chain: int = 0
    pad: str = ""


class Tally(Struct, frozen=True):
    by_source: dict[str, tuple[int, int]] = {}


class Boom(Exception):
    """A mistake in an agent's code."""


def event(key: str, number: str, do: str = "", size: int = 0) -> Out:
    """A record for `in`."""
    return out(key.encode(), msgspec.json.encode(Event(key, number, do, size)))


class Counting:
    """The two agents of one layout."""

    def __init__(self, layout: Layout, *, mended: bool = False) -> None:
        self._layout = layout
        self._mended = mended
        self._out = layout.target("out")
        self._second = layout.target("second")
        self._out2 = layout.target("out2")

    def agents(self, *, stages: int = 2) -> list[AgentSpec[Any]]:
        count: AgentSpec[Any] = AgentSpec(
            "count",
            self._layout.topic("in"),
            self._layout.target("in.dlq"),
            self.count,
            TableSpec("counts", Count),
        )
        tally: AgentSpec[Any] = AgentSpec(
            "tally",
            self._layout.topic("second"),
            self._layout.target("second.dlq"),
            self.tally,
            TableSpec("tallies", Tally),
            internal=True,
        )
        return [count, tally][:stages]

    def count(self, record: Record, unit: Unit[Count]) -> None:
        try:
            read = msgspec.json.decode(record.value or b"", type=Event)
        except msgspec.DecodeError as problem:
            raise InvalidMessage(Reason.NOT_JSON, str(problem)) from problem
        if read.do == "boom" and not self._mended:
            raise Boom(read.id)
        old = unit.get(read.key) or Count()
        pad = "x" * read.size if read.do == "grow" else old.pad
        new = Count(old.n + 1, crc32(read.id.encode(), old.chain), pad)
        unit.put(read.key, new)
        line = {"key": read.key, "id": read.id, "n": new.n, "chain": new.chain}
        if read.do == "shout":
            line["noise"] = "x" * read.size
        unit.send(self._out, read.key, orjson.dumps(line))
        group = f"group-{crc32(read.key.encode()) % GROUPS}"
        unit.send(self._second, group, orjson.dumps({"source": record.partition, "id": read.id}))

    def tally(self, record: Record, unit: Unit[Tally]) -> None:
        message = orjson.loads(record.value or b"")
        group = (record.key or b"").decode()
        by_source = dict((unit.get(group) or Tally()).by_source)
        source = str(message["source"])
        n, chain = by_source.get(source, (0, 0))
        by_source[source] = (n + 1, crc32(message["id"].encode(), chain))
        unit.put(group, Tally(by_source))
        unit.send(self._out2, group, orjson.dumps({"id": message["id"], "n": n + 1}))
