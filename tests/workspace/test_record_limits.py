"""No record writes more than the runtime takes, whatever the events say: else what follows from them would be lost."""

from collections.abc import Iterator
from random import Random

import msgspec
import orjson
import pytest
from msgspec import Struct

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.runtime.unit import RECORD_WRITES_BYTES, VALUE_BYTES
from worker.segment.events import MAX_MESSAGE_ID
from worker.simulation import Arrival, Simulation
from worker.simulation.network import Network, Spot
from worker.workspace.effects import Delete, Effect, Publish, Put, Send, State
from worker.workspace.junk import LONGEST, LONGEST_TOKEN
from worker.workspace.settings import WorkspaceSettings

TOPIC_BYTES = 2 * 1024 * 1024 - 4096
"""Of a record with its headers."""

STEPS_MAX = 20_000

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())

LARGE: JsonObject = {f"k{number:03}": "x" * 310 for number in range(300)}
REMOVED: JsonObject = {f"{number:03}" + "r" * 147: None for number in range(300)}

_encode = msgspec.json.Encoder().encode


class Limited(Network):
    """A network that holds the runtime's limits."""

    def decide(self, spot: Spot, message: Struct, state: State[Struct] | None = None) -> list[Effect]:
        effects = super().decide(spot, message, state)
        written = 0
        for effect in effects:
            match effect:
                case Put(key=key, value=value):
                    size = len(_encode(value))
                    assert size <= VALUE_BYTES, key
                    written += 64 + len(key.encode()) + size
                case Delete(key=key):
                    written += 64 + len(key.encode())
                case Send(message=told) | Publish(change=told):
                    assert len(_encode(told)) <= TOPIC_BYTES, type(told).__name__
                case _:
                    pass
        assert written <= RECORD_WRITES_BYTES, type(message).__name__
        return effects

    def settle(self) -> None:
        for _ in range(STEPS_MAX):
            if self.idle:
                self.changes.clear()
                return
            self.step()
        raise AssertionError("it does not come to rest")


class Crowd:
    """Events of a minute each, with messageIds as long as they may be."""

    def __init__(self, partitions: int, seed: int = 0) -> None:
        self.network = Limited(WorkspaceSettings(), partitions, Random(seed))
        self._simulation = Simulation(SUBSCRIPTIONS, WorkspaceSettings(), partitions, Random(seed), self.network)
        self._number = 0

    def send(self, event: JsonObject, *, interleave: bool = False) -> None:
        self._number += 1
        at = 1_709_542_800 + 60 * self._number
        message_id = f"{self._number:06}".rjust(MAX_MESSAGE_ID, "m")
        full: JsonObject = {"messageId": message_id, **event, "timestamp": at}
        self._simulation.arrive(Arrival(full, 0.0), interleave=interleave)
        if not interleave:
            self.network.settle()
        assert not self._simulation.dead_letters

    def records(self, kind: str) -> Iterator[Struct]:
        for table in self.network.tables.values():
            yield from (value for key, value in table.items() if key.startswith(f"{kind}/"))


def long(name: str) -> str:
    return name.ljust(LONGEST, "n")


def group(user: str, number: int) -> JsonObject:
    return {
        "type": "group",
        "userId": user,
        "groupId": long(f"g{number}"),
        "traits": {"relationshipAttributes": LARGE | REMOVED},
    }


def opened(user: str, token: str, **properties: object) -> JsonObject:
    device: JsonObject = {"token": token, "type": "ios"}
    return {
        "type": "track",
        "event": "Application Opened",
        "userId": user,
        "properties": orjson.loads(orjson.dumps(properties)),
        "context": {"device": device},
    }


@pytest.mark.parametrize("partitions", [1, 4])
@pytest.mark.parametrize("known", [False, True])
def test_relationships_as_large_as_they_may_be(known: bool, partitions: int) -> None:
    crowd = Crowd(partitions)
    if known:  # not identified: they wait at the person
        crowd.send({"type": "track", "event": "Done", "userId": "bob"})
    for number in range(12):
        crowd.send(group("bob", number))
    crowd.send({"type": "identify", "userId": "ada", "traits": {**LARGE, **REMOVED}})
    if not known:
        crowd.send({"type": "identify", "userId": "bob", "traits": {**LARGE, **REMOVED}})
    crowd.send({"type": "alias", "userId": "ada", "previousId": "bob"})
    assert len(list(crowd.records("relationship"))) == 12


@pytest.mark.parametrize("partitions", [1, 4])
def test_the_longest_tokens_of_two_who_are_merged(partitions: int) -> None:
    crowd = Crowd(partitions)
    for user, count in (("ada", 400), ("bob", 100)):
        for number in range(count):
            crowd.send(opened(user, f"{user}{number}".ljust(LONGEST_TOKEN, "t")))
    crowd.send({"type": "alias", "userId": "ada", "previousId": "bob"})
    entries = [page.entries for page in crowd.records("devices")]  # type: ignore[attr-defined]  # pages of names
    assert sum(map(len, entries)) == 500
    assert max(len(_encode(one)) for one in entries) < 40_000


def test_email_addresses_that_are_far_too_long_are_remembered_by_their_beginning() -> None:
    crowd = Crowd(1)
    for number in range(4):
        crowd.send({"type": "identify", "userId": "ada", "traits": {"email": f"{number}@" + "y" * 200_000}})
    (refused,) = crowd.records("refused")
    assert len(_encode(refused)) < 2_000
    assert len(refused.entries) == 4  # type: ignore[attr-defined]  # a page of names


def test_a_device_of_many_who_set_and_removed_as_much_as_they_may() -> None:
    crowd = Crowd(1)
    for number in range(12):
        crowd.send(opened(f"user{number}", "token", **{f"k{at}": at for at in range(300)}, **REMOVED))


def drawn(random: Random) -> JsonObject:
    user = random.choice("abcd")
    match random.randrange(10):
        case 0:
            return group(long(user), random.randrange(20))
        case 1:
            return {"type": "identify", "userId": long(user), "anonymousId": long("x"), "traits": {**LARGE, **REMOVED}}
        case 2:
            return {"type": "identify", "userId": long(user), "traits": {"email": f"{random.choice('efg')}@x.io"}}
        case 3 | 4:
            return {"type": "alias", "userId": long(user), "previousId": long(random.choice("abcd"))}
        case 5:
            token = random.choice("tuv").ljust(LONGEST_TOKEN, "\x7f")
            return opened(long(user), token, **{f"k{at}": at for at in range(300)}, **REMOVED)
        case 6:
            return {"type": "track", "event": "Done", "anonymousId": long("x"), "properties": {"p": "p" * 150_000}}
        case 7:
            return {**group("", random.randrange(20)), "userId": None, "anonymousId": long("x")}
        case 8:
            related: JsonObject = {
                "objectId": f"g{random.randrange(9)}",
                "relationshipAttributes": {**LARGE, **REMOVED},
            }
            return {
                "type": "identify",
                "userId": long(user),
                "traits": {**related, "email": random.choice("hijk") + "@x.io"},
            }
        case _:
            return {"type": "delete", "userId": long(user)}


@pytest.mark.parametrize("seed", range(4))
def test_large_events_of_few_people_who_merge_in_circles(seed: int) -> None:
    random = Random(seed)
    crowd = Crowd((1, 3)[seed % 2], seed)
    for _ in range(60):
        crowd.send(drawn(random), interleave=random.random() < 0.7)
    crowd.network.settle()
