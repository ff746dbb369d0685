"""A deletion of an earlier time ends a person while the call that made it is under way: it makes another one."""

from random import Random

import orjson

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json
from worker.simulation import Arrival, Simulation
from worker.workspace.changes import PersonCreated, PersonDeleted
from worker.workspace.picture import Picture, shown
from worker.workspace.settings import WorkspaceSettings

SUBSCRIPTIONS = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
START = 1_709_542_800
SEEDS = 40


def arrival(message_id: str, at: int, **event: Json) -> Arrival:
    full: dict[str, Json] = {"messageId": message_id, "timestamp": START + at, "userId": "ada@x.io"}
    return Arrival({**full, **event}, START + 100.0)


EVENTS = [
    arrival("m1", 10, type="identify", traits={"email": "other@x.io"}),  # it asks who has that email
    arrival("m2", 11, type="track", event="Application Opened", context={"device": {"token": "t", "type": "ios"}}),
    arrival("m3", 5, type="track", event="User Deleted", properties={}),
]
LATER = [
    arrival("m4", 20, type="identify", traits={"plan": "pro"}, anonymousId="anon"),
    arrival("m5", 21, type="track", event="Application Opened", context={"device": {"token": "t", "type": "ios"}}),
    arrival("m6", 22, type="group", groupId="acme", traits={}),
    arrival("m7", 23, type="track", event="Read", userId=None, anonymousId="anon"),
]


def test_who_is_made_again_is_another_person_with_all_that_comes_then() -> None:
    made = 0
    for seed in range(SEEDS):
        simulation, picture = Simulation(SUBSCRIPTIONS, WorkspaceSettings(), 4, Random(seed)), Picture()
        for event in EVENTS:
            simulation.arrive(event, interleave=True)
        simulation.network.settle()
        for event in LATER:
            simulation.arrive(event, interleave=True)
        simulation.network.settle()
        for change in simulation.network.published():
            picture.apply(change)
        created = [change.cio_id for change in picture.activities if isinstance(change, PersonCreated)]
        assert len(created) == len(set(created)), f"seed {seed}"
        made += len(created) > sum(isinstance(change, PersonDeleted) for change in picture.activities) > 0
        (person,) = orjson.loads(orjson.dumps(shown(picture)))["people"]
        assert person["attributes"] == {"plan": "pro"}, f"seed {seed}"
        assert person["anonymous_ids"] == ["anon"], f"seed {seed}"
        assert person["devices"], f"seed {seed}"
        assert person["relationships"], f"seed {seed}"
        assert [event["id"] for event in person["events"]] == ["m7"], f"seed {seed}"
    assert made > 0
