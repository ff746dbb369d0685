"""How deep JSON nests."""

from worker.jsontypes import Json


def nests_deeper(value: Json, limit: int) -> bool:
    """Whether more than `limit` arrays and objects are inside each other; in linear time and without recursion."""
    level = [value]
    for _ in range(limit + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return False
        level = [inner for item in containers for inner in (item.values() if isinstance(item, dict) else item)]
    return True
