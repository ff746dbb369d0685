"""An event's `integrations`: the destinations its sender wants it to reach (customerio_semantics.md 8.2)."""

from collections.abc import Collection

from worker.jsontypes import JsonObject


def ruled_out(data: JsonObject, names: Collection[str]) -> bool:
    """Whether the event may not reach a destination that is known by these names, none of which is `All`.

    `false` for a name keeps it from the destination, and `All: false` from those of which nothing is said. An object of
    options is as good as true, null as nothing. Names are case-sensitive. Where the names disagree it may.
    """
    given = data.get("integrations")
    if not isinstance(given, dict):
        return False
    said = [given[name] for name in names if given.get(name) is not None]
    if not said:
        return given.get("All") is False
    return all(value is False for value in said)
