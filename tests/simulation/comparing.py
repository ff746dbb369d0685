"""A picture in the oracle's terms: without cio_ids, which no rule prescribes."""

from worker.jsontypes import JsonObject
from worker.workspace.picture import Picture, shown


def described(picture: Picture) -> JsonObject:
    workspace = shown(picture)
    names: dict[object, str] = {}
    people: JsonObject = {}
    for person in items(workspace["people"]):
        name = f"id:{person['id']}" if person["id"] is not None else f"email:{str(person['email']).lower()}"
        assert name not in people, f"{name} is two people"
        names[person["cio_id"]] = name
        people[name] = {
            "email": person["email"],
            "attributes": person["attributes"],
            "anonymous_ids": person["anonymous_ids"],
            "events": [*sorted(str(event["id"]) for event in items(person["events"]))],
            "relationships": {str(one["object_id"]): one["attributes"] for one in items(person["relationships"])},
            "devices": {str(device["token"]): device["attributes"] for device in items(person["devices"])},
        }
    return {
        "people": {name: people[name] for name in sorted(people)},
        "objects": {str(one["object_id"]): one["attributes"] for one in items(workspace["objects"])},
        "anonymous": {
            str(one["anonymous_id"]): {"linked_to": names.get(one["linked_to"]), "waiting": one["waiting"]}
            for one in items(workspace["anonymous"])
        },
        "suppressed": workspace["suppressed"],
    }


def in_lower_case(description: JsonObject) -> JsonObject:
    """With the emails of people in lower case."""
    people = description["people"]
    assert isinstance(people, dict)
    for person in people.values():
        assert isinstance(person, dict)
        person["email"] = str(person["email"]).lower() if person["email"] is not None else None
    return description


def items(value: object) -> list[JsonObject]:
    assert isinstance(value, list)
    return value


def differences(expected: object, got: object, where: str = "") -> list[str]:
    """Where two JSON values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            line
            for name in sorted(expected.keys() | got.keys())
            for line in differences(expected.get(name, "nothing"), got.get(name, "nothing"), f"{where}/{name}")
        ]
    return [] if expected == got else [f"{where}: expected {expected}, got {got}"]
