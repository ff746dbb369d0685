"""What is on its way to the person of an anonymousId while that person is deleted or merged."""

from datetime import UTC, datetime

import pytest

from tests.workspace.scenarios import as_object, compiled, objects
from tests.workspace.world import START
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, simulate
from worker.workspace.settings import WorkspaceSettings

SEEDS = 40
PARTITIONS = 12


def arrival(event: JsonObject, at: float, arrived: float) -> Arrival:
    name = str(event.get("event", event["type"]))
    stamp = datetime.fromtimestamp(START + at, UTC).isoformat()
    return Arrival({"messageId": f"{name} at {at}", **event, "timestamp": stamp}, START + arrived)


def activities(workspace: JsonObject, kind: str) -> list[str]:
    return [str(one["message_id"]) for one in objects(workspace["activities"]) if one["type"] == kind]


@pytest.mark.parametrize("ending", ["User Deleted", "User Suppressed"])
def test_what_is_newer_than_the_deletion_waits_for_the_next_person(ending: str) -> None:
    settings = WorkspaceSettings()
    subscriptions = compiled(ActionSettings(identifiers=settings.identifiers))
    device: JsonObject = {"device": {"token": "t", "type": "ios"}}
    arrivals = [
        arrival({"type": "identify", "userId": "ada", "anonymousId": "a", "traits": {}}, 10, 100.0),
        arrival({"type": "track", "userId": "ada", "event": ending, "properties": {}}, 20, 200.0),
        arrival({"type": "track", "anonymousId": "a", "event": "Done", "properties": {}}, 25, 200.2),
        arrival({"type": "group", "anonymousId": "a", "groupId": "acme", "traits": {}}, 26, 200.3),
        arrival(
            {"type": "track", "anonymousId": "a", "event": "Application Opened", "properties": {}, "context": device},
            27,
            200.4,
        ),
    ]
    repeated = [Arrival(one.event, START + 400) for one in arrivals[2:]]
    later = arrival({"type": "identify", "userId": "bob", "anonymousId": "a", "traits": {}}, 300, 300.0)
    for seed in range(SEEDS):
        workspace = simulate(arrivals, subscriptions, settings, partitions=PARTITIONS, seed=seed)
        assert [one["waiting"] for one in objects(workspace["anonymous"])] == [3]
        workspace = simulate([*arrivals, later, *repeated], subscriptions, settings, partitions=PARTITIONS, seed=seed)
        (bob,) = [as_object(one) for one in objects(workspace["people"]) if one["id"] == "bob"]
        assert [event["id"] for event in objects(bob["events"])] == ["Done at 25"]
        assert len(objects(bob["relationships"])) == len(objects(bob["devices"])) == 1
        assert activities(workspace, "ignored_deleted") == activities(workspace, "ignored_suppressed") == []
