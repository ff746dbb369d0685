"""Merges of which the one begins while the other is under way."""

from datetime import UTC, datetime

from tests.workspace.scenarios import as_object, compiled, objects
from tests.workspace.world import START
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, simulate
from worker.workspace.settings import WorkspaceSettings

SEEDS = 40
PARTITIONS = 12


def arrival(event: JsonObject, at: float) -> Arrival:
    stamp = datetime.fromtimestamp(START + at, UTC).isoformat()
    return Arrival({"messageId": f"at {at}", **event, "timestamp": stamp}, START + at)


def joined(user: str, group: str, role: str, at: float) -> Arrival:
    traits: JsonObject = {"relationshipAttributes": {"role": role}}
    return arrival({"type": "group", "userId": user, "groupId": group, "traits": traits}, at)


def test_what_reaches_the_primary_only_after_it_was_merged_itself_still_goes_behind_what_was_the_primarys() -> None:
    settings = WorkspaceSettings()
    subscriptions = compiled(ActionSettings(identifiers=settings.identifiers))
    arrivals = [
        *(
            arrival({"type": "identify", "userId": user, "traits": {}}, at)
            for at, user in enumerate(("ada", "bob", "eve"))
        ),
        joined("ada", "acme", "primary's", 100),
        *(joined("bob", f"other{number}", "none", 200 + number) for number in range(10)),
        joined("bob", "acme", "secondary's", 300),
        arrival({"type": "alias", "userId": "ada", "previousId": "bob"}, 400),
        arrival({"type": "alias", "userId": "eve", "previousId": "ada"}, 400.1),
    ]
    for seed in range(SEEDS):
        workspace = simulate(arrivals, subscriptions, settings, partitions=PARTITIONS, seed=seed)
        (eve,) = (as_object(one) for one in objects(workspace["people"]))
        roles = {one["object_id"]: as_object(one["attributes"])["role"] for one in objects(eve["relationships"])}
        assert roles["acme"] == "primary's", seed
