"""Who is shown: everybody who is there."""

from random import Random

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json
from worker.simulation import Arrival, Simulation
from worker.workspace.changes import PersonDeleted
from worker.workspace.picture import Picture, shown
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import Profile

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
START = 1_709_542_800


def arrival(message_id: str, at: int, **event: Json) -> Arrival:
    return Arrival({**event, "messageId": message_id, "timestamp": START + at, "userId": "ada@x.io"}, START + 100.0)


def test_an_identify_under_way_makes_its_person_again_after_an_older_deletion() -> None:
    events = [
        arrival("m1", 10, type="identify", traits={"email": "other@x.io"}),  # it asks who has that email
        arrival("m2", 5, type="track", event="User Deleted", properties={}),
    ]
    outcomes = set[tuple[int, int]]()
    for seed in range(40):
        simulation, latest, picture = Simulation(SUBSCRIPTIONS, WorkspaceSettings(), 4, Random(seed)), 0.0, Picture()
        for event in events:
            latest = simulation.arrive(event, latest, interleave=True)
        simulation.network.settle()
        for change in simulation.network.published():
            picture.apply(change)
        tables = simulation.network.tables.values()
        there = [one.cio_id for table in tables for one in table.values() if isinstance(one, Profile)]
        people = shown(picture)["people"]
        assert isinstance(people, list)
        assert [person["cio_id"] for person in people if isinstance(person, dict)] == there, f"seed {seed}"
        outcomes.add((len(there), sum(isinstance(change, PersonDeleted) for change in picture.activities)))
    assert outcomes == {(0, 1), (1, 1)}
