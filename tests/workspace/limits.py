"""What a crowd under one key takes: run as a module with a size, it prints figures."""

import sys
import time
from collections.abc import Iterable
from random import Random

import msgspec
from msgspec import Struct

from worker.simulation.network import Network, Spot
from worker.workspace.effects import Effect, Put, Send
from worker.workspace.keys import anonymous_key, id_key, object_key
from worker.workspace.messages.anonymous import Under
from worker.workspace.messages.calls import Event, Identify, Relate
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.objects import DeleteObject
from worker.workspace.settings import WorkspaceSettings

NOW = 1_709_542_800.0

_encode = msgspec.json.Encoder().encode


class Measured(Network):
    """A network that keeps the largest value written, the most that a decision did, and how many it took."""

    def __init__(self, partitions: int = 1, seed: int = 0) -> None:
        super().__init__(WorkspaceSettings(), partitions, Random(seed))
        self.value_bytes = 0
        self.effects = 0
        self.decisions = 0
        self.effect_bytes = 0
        self.write_bytes = 0

    def write(self, spot: Spot, effects: Iterable[Effect]) -> None:
        effects = list(effects)
        self.decisions += 1
        self.effects = max(self.effects, len(effects))
        total = written = 0
        for effect in effects:
            if isinstance(effect, Put):
                size = len(_encode(effect.value))
                self.value_bytes = max(self.value_bytes, size)
                total += size
                written += len(effect.key) + size
            elif isinstance(effect, Send):
                total += len(_encode(effect.message))
        self.effect_bytes = max(self.effect_bytes, total)
        self.write_bytes = max(self.write_bytes, written)
        super().write(spot, effects)
        self.changes.clear()

    def arrive(self, send: Send) -> None:
        self.take([send], ("segment.events", 0))
        self.settle()


class Figures(Struct, frozen=True):
    """Of a whole run: bytes and counts; `records` and `waiting` at the end."""

    value_bytes: int
    effects: int
    effect_bytes: int
    decisions: int
    records: int
    waiting: int


def cause(number: int, at: float = NOW) -> Cause:
    return Cause(f"m{number:08}", at, at, "segment.events", 0, number)


def identify(number: int, user: str, at: float, anonymous_id: str | None = None) -> Send:
    key = id_key(user)
    call = Identify(
        to=key, cause=cause(number, at), at=at, named=key, attributes={"n": number}, anonymous_id=anonymous_id
    )
    return Send("people", key, call)


def waiting_events(count: int) -> tuple[Figures, Figures]:
    """So many events wait under one anonymousId; then somebody is identified with it. Figures before and after that."""
    network = Measured()
    key = anonymous_key("crowd")
    for number in range(count):
        at = NOW + number / 1000
        why = cause(number, at)
        call = Event(
            to=key, cause=why, at=at, kind="page", name="Home", id=why.message_id, timestamp=int(at),
            attributes={"url": "https://example.com/products/1", "title": "A product", "referrer": "https://example.com"},
            anonymous_id="crowd",
        )  # fmt: skip
        network.arrive(Send("anonymous", key, Under(to=key, cause=why, call=call)))
    before = _figures(network)
    network.arrive(identify(count, "ada", NOW + count / 1000, "crowd"))
    return before, _figures(network)


def related_people(count: int) -> tuple[Figures, Figures]:
    """So many people are related to one object; then it is deleted. Figures before and after that."""
    network = Measured(4)
    name, key = "1/acme", object_key("1/acme")
    for number in range(count):
        user = f"u{number}"
        network.arrive(identify(2 * number, user, NOW))
        relate = Relate(
            to=id_key(user), cause=cause(2 * number + 1), at=NOW, name=name, object_attributes={"name": "Acme"},
            relationship_attributes={"role": "admin"},
        )  # fmt: skip
        network.arrive(Send("people", relate.to, relate))
    before = _figures(network)
    at = NOW + 60
    network.arrive(Send("objects", key, DeleteObject(to=key, cause=cause(2 * count, at), at=at, name=name)))
    return before, _figures(network)


def _figures(network: Measured) -> Figures:
    waiting = sum(
        getattr(value, "waiting", 0) for (entity, _), table in network.tables.items() if entity == "anonymous"
        for value in table.values()
    )  # fmt: skip
    records = sum(map(len, network.tables.values()))
    return Figures(network.value_bytes, network.effects, network.effect_bytes, network.decisions, records, waiting)


if __name__ == "__main__":
    size = int(sys.argv[1])
    for run in (waiting_events, related_people):
        began = time.perf_counter()
        for told, figures in zip(("before", "after"), run(size), strict=True):
            sys.stdout.write(f"{run.__name__} {size}, {told}: {figures}\n")
        sys.stdout.write(f"{time.perf_counter() - began:.0f} s\n")
