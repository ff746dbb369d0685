"""What the view answers. Times are unix seconds; lists are cut at the asked limit, and `totals` has what there is."""

from msgspec import Struct

from worker.workspace.changes import Origin, WorkspaceChange
from worker.workspace.wire import WireJson, WireObject


class Cause(Struct, frozen=True):
    """The event that something follows from: its messageId and time."""

    message_id: str
    time: float


class Value(Struct, frozen=True):
    """An attribute: its value, which event set it, and for one that came by a merge the profile that it was of."""

    value: WireJson
    set_by: Cause | None
    merged_from: str | None = None


class Activity(Struct, frozen=True):
    """A change, and the subject whose log it is in."""

    subject: str
    change: WorkspaceChange

    @property
    def type(self) -> str:
        """Its type as on the wire."""
        return str(self.change.__struct_config__.tag)

    @property
    def cause(self) -> Origin:
        """The event that caused it."""
        return self.change.cause


class Device(Struct, frozen=True):
    """A device and whose it is."""

    token: str
    cio_id: str | None
    platform: str
    last_used: int | float
    attributes: WireObject


class Relationship(Struct, frozen=True):
    """A person's relationship with an object; `since` is the event by which it began."""

    object_type_id: str
    object_id: str
    since: Cause | None
    attributes: dict[str, Value]


class Totals(Struct, frozen=True):
    """How much there is of a person, shown or not."""

    merged: int
    events: int
    devices: int
    relationships: int
    anonymous_ids: int


class PersonLine(Struct, frozen=True):
    """A person in a list; `created` is the time of the call that made it."""

    cio_id: str
    id: str | None
    email: str | None
    created: float | None


class Person(Struct, frozen=True):
    """All about a person. `merged`: the profiles merged into it, by cio_id."""

    cio_id: str
    id: str | None
    email: str | None
    created: float | None
    identified: bool
    merged: list[str]
    attributes: dict[str, Value]
    anonymous_ids: list[str]
    devices: list[Device]
    relationships: list[Relationship]
    totals: Totals
    activities: list[Activity]


class ObjectLine(Struct, frozen=True):
    """An object in a list; `type_name` is null until its type is known."""

    object_type_id: str
    type_name: str | None
    object_id: str
    people: int


class Member(Struct, frozen=True):
    """A person related to an object."""

    cio_id: str
    id: str | None
    email: str | None
    attributes: dict[str, Value]


class Object(Struct, frozen=True):
    """All about an object; `people_total` are related to it, of whom `people` are the first."""

    object_type_id: str
    type_name: str | None
    object_id: str
    created: Cause | None
    attributes: dict[str, Value]
    people: list[Member]
    people_total: int
    activities: list[Activity]


class TypeCount(Struct, frozen=True):
    """How many objects there are of a type."""

    object_type_id: str
    name: str | None
    objects: int


class Summary(Struct, frozen=True):
    """Counts. `waiting`: calls that wait under `anonymous_waiting` anonymousIds. `failed`: by type of change."""

    changes: int
    people: int
    objects: list[TypeCount]
    devices: int
    anonymous_waiting: int
    waiting: int
    suppressed: int
    failed: dict[str, int]
