"""The simulated topics: order, and reproducibility."""

from random import Random
from typing import cast

from tests.simulation.histories import chaos
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.simulation import Arrival, Simulation, simulate
from worker.simulation.network import Network
from worker.workspace.changes import EventReceived
from worker.workspace.effects import DeadLetter, Send
from worker.workspace.messages.calls import Event
from worker.workspace.messages.cause import Cause
from worker.workspace.settings import WorkspaceSettings

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())


def event(user: str, number: int) -> Send:
    why = Cause(f"{user}-{number}", 1.0, 1.0, "segment.events", 0, number)
    key = f"id:{user}"
    return Send("people", key, Event(
        to=key, cause=why, at=1.0, kind="event", name="Done", id=why.message_id, timestamp=1, attributes={}
    ))  # fmt: skip


def received(seed: int, senders: int) -> list[str]:
    network = Network(WorkspaceSettings(), 4, Random(seed))
    for number in range(6):
        for sender in range(senders):
            network.take([event(f"u{sender}", number)], ("segment.events", sender))
    network.settle()
    assert network.idle
    return [change.id for change in network.published() if isinstance(change, EventReceived)]


def test_one_senders_messages_keep_their_order_others_overtake() -> None:
    orders = {tuple(received(seed, 4)) for seed in range(5)}
    assert len(orders) > 1
    for order in orders:
        for sender in range(4):
            mine = [name for name in order if name.startswith(f"u{sender}-")]
            assert mine == [f"u{sender}-{number}" for number in range(6)]


def test_a_seed_is_one_order() -> None:
    assert received(3, 4) == received(3, 4)
    arrivals = [Arrival(step.event, step.arrived) for step in chaos(Random(1), 80)]
    runs = [simulate(arrivals, SUBSCRIPTIONS, WorkspaceSettings(), partitions=5, seed=9) for _ in range(2)]
    assert runs[0] == runs[1]


def test_what_goes_to_nobody_is_returned() -> None:
    network = Network(WorkspaceSettings(), 1, Random(0))
    dead = DeadLetter(Reason.INVALID_FIELDS, "why")
    assert network.take([dead], ("segment.events", 0)) == [dead]
    assert network.idle


def test_the_watcher_sees_every_effect() -> None:
    network = Network(WorkspaceSettings(), 1, Random(0))
    seen: list[object] = []
    network.watch(seen.extend)
    network.take([event("ada", 0)], ("segment.events", 0))
    network.settle()
    assert [type(one).__name__ for one in seen] == ["Send", "Publish", "Publish", "Put", "Put", "Put"]


def test_invalid_events_are_dead_letters_and_the_run_goes_on() -> None:
    simulation = Simulation(SUBSCRIPTIONS, WorkspaceSettings(), 1, Random(0))
    simulation.arrive(Arrival({"type": "nonsense", "messageId": "m"}), interleave=False)
    simulation.arrive(Arrival({"type": "track", "event": "Done", "userId": "ada"}, 5.0), interleave=False)
    simulation.network.settle()
    (dead,) = simulation.dead_letters
    assert dead["message_id"] == "m"
    (change,) = [one for one in simulation.network.published() if isinstance(one, EventReceived)]
    assert change.id == "segment.events/0/000000000000", "an event without messageId is named by its place"


def test_of_events_of_one_time_without_message_ids_the_last_counts() -> None:
    calls: list[JsonObject] = [{"type": "identify", "userId": "ada", "traits": {"plan": plan}} for plan in range(12)]
    picture = simulate([Arrival(call, 5.0) for call in calls], SUBSCRIPTIONS, WorkspaceSettings(), partitions=1, seed=0)
    (ada,) = cast("list[JsonObject]", picture["people"])
    assert ada["attributes"] == {"plan": 11}
