"""An object's deletion that is on its way while one of its people is merged into another."""

from datetime import UTC, datetime

from tests.workspace.scenarios import as_object, compiled, objects
from tests.workspace.world import START
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, simulate
from worker.workspace.settings import WorkspaceSettings

SEEDS = 60
PARTITIONS = 12


def arrival(event: JsonObject, at: float, arrived: float) -> Arrival:
    stamp = datetime.fromtimestamp(START + at, UTC).isoformat()
    return Arrival({"messageId": f"m{at}", **event, "timestamp": stamp}, START + arrived)


def test_a_deletion_between_leaving_and_joining_of_a_merge_is_heard_of() -> None:
    """The newer call keeps the relationship, so that joining alone does not show that something of it is older."""
    settings = WorkspaceSettings()
    subscriptions = compiled(ActionSettings(identifiers=settings.identifiers))
    lead: JsonObject = {"type": "group", "userId": "ada@x.io", "groupId": "acme"}
    arrivals = [
        arrival({"type": "identify", "userId": "ada", "traits": {}}, 1, 100.0),
        arrival({"type": "identify", "userId": "ada@x.io", "traits": {}}, 2, 101.0),
        arrival({"type": "identify", "userId": "eve", "traits": {}}, 3, 102.0),
        arrival({**lead, "traits": {"relationshipAttributes": {"older": 1}}}, 10, 103.0),
        arrival({**lead, "traits": {"relationshipAttributes": {"newer": 2}}}, 100, 104.0),
        arrival({"type": "identify", "userId": "ada", "traits": {"email": "ada@x.io"}}, 200, 300.0),
        arrival(
            {"type": "track", "userId": "eve", "event": "Object Deleted", "properties": {"objectId": "acme"}},
            50,
            300.05,
        ),
    ]
    for seed in range(SEEDS):
        workspace = simulate(arrivals, subscriptions, settings, partitions=PARTITIONS, seed=seed)
        (ada,) = [as_object(one) for one in objects(workspace["people"]) if one["id"] == "ada"]
        (related,) = objects(ada["relationships"])
        assert related["attributes"] == {"newer": 2}, seed
