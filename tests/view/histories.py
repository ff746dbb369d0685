"""Random Segment events of few people, so that they collide, and the changes that the real decisions make of them."""

import random
from datetime import UTC, datetime

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.simulation import Arrival, Simulation
from worker.workspace.changes import WorkspaceChange
from worker.workspace.settings import WorkspaceSettings

USERS = ("u1", "u2", "u3", "eve@example.com")
EMAILS = ("ada@example.com", "Bob@Example.com", "eve@example.com")
VISITORS = ("anon-1", "anon-2")
START = 1_700_000_000


def history(seed: int, length: int) -> list[Arrival]:
    """Events in the order of their arrival, in bursts of six whose effects interleave; some are late."""
    chance = random.Random(seed)
    arrivals = []
    for number in range(length):
        event = _event(chance, number, START + 60 * (number - chance.choice((0, 0, 0, 5, 30))))
        arrivals.append(Arrival(event, START + 60.0 * (number - number % 6) + number % 6 / 10))
    return arrivals


def _event(chance: random.Random, number: int, at: int) -> JsonObject:
    timestamp = datetime.fromtimestamp(at, UTC).isoformat()
    event: JsonObject = {"messageId": f"m{number}", "timestamp": timestamp, "userId": chance.choice(USERS)}
    kind = chance.choices(("identify", "track", "group", "alias", "device", "deletion"), (8, 8, 4, 2, 2, 1))[0]
    visitor = chance.choice((None, *VISITORS))
    if visitor is not None:
        event["anonymousId"] = visitor
    if kind == "identify":
        traits: JsonObject = {"plan": chance.choice(("free", "pro", None, "")), "n": number}
        if chance.random() < 0.6:
            traits["email"] = chance.choice(EMAILS)
        event |= {"type": "identify", "traits": traits}
    elif kind == "track":
        event |= {"type": "track", "event": chance.choice(("Seen", "Bought")), "properties": {"n": number}}
        if visitor is not None and chance.random() < 0.6:
            del event["userId"]
    elif kind == "group":
        traits = {"name": f"n{number}", "relationshipAttributes": {"role": chance.choice(("admin", None))}}
        event |= {"type": "group", "groupId": chance.choice(("g1", "g2")), "traits": traits}
    elif kind == "alias":
        event |= {"type": "alias", "previousId": chance.choice((*USERS, *VISITORS))}
    elif kind == "device":
        device: JsonObject = {"token": chance.choice(("t1", "t2")), "type": "ios"}
        event |= {"type": "track", "event": "Application Opened", "properties": {}, "context": {"device": device}}
    else:
        name = chance.choice(("User Deleted", "User Suppressed", "User Unsuppressed", "Relationship Deleted"))
        event |= {"type": "track", "event": name, "properties": {"objectId": "g1", "object_type_id": "1"}}
    return event


def changes_of(arrivals: list[Arrival], partitions: int, seed: int) -> list[tuple[str, WorkspaceChange]]:
    """What the decisions publish, with the keys, in the order of publication."""
    subscriptions = Subscriptions.compile(tuple(automatic(ActionSettings())), ActionSettings(), strict=False)
    simulation = Simulation(subscriptions, WorkspaceSettings(), partitions, random.Random(seed))
    for arrival in arrivals:
        simulation.arrive(arrival, interleave=True)
    simulation.network.settle()
    keys = [publish.key for publish in simulation.network.changes]
    return list(zip(keys, simulation.network.published(), strict=True))
