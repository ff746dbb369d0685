"""The documents of a picture, one an entity."""

from msgspec import Struct, field

from worker.jsontypes import JsonObject
from worker.workspace.changes import LinkSpan


class Person(Struct):
    """A person, or where one was: `merged_into` another, or `deleted`. Relationships are by name (keys.object_name)."""

    cio_id: str
    id: str | None = None
    email: str | None = None
    identified: bool = False
    merged_into: str | None = None
    deleted: bool = False
    attributes: JsonObject = field(default_factory=dict)
    anonymous_ids: set[str] = field(default_factory=set)
    relationships: dict[str, JsonObject] = field(default_factory=dict)


class AnonymousId(Struct):
    """An anonymousId: who was identified with it last, who when, and how many calls wait."""

    linked_to: str | None = None
    links: list[LinkSpan] = field(default_factory=list)
    waiting: int = 0


class Device(Struct):
    """A device and whose it is."""

    cio_id: str | None
    platform: str
    last_used: int | float
    attributes: JsonObject
