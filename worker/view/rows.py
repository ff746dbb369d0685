"""The rows that changes write. What a row must leave as it is is None in it; worker/view/statements.py writes them."""

from dataclasses import dataclass, field
from typing import NamedTuple


class ActivityRow(NamedTuple):
    """A change as published."""

    number: int
    subject: str
    type: str
    arrived: float
    change: str


class PersonRow(NamedTuple):
    """What a change says of a person: `named` is set if the identifiers are, `fate` if the last two are."""

    cio_id: str
    created: float | None = None
    identified: bool = False
    named: int | None = None
    id: str | None = None
    email: str | None = None
    email_key: str | None = None
    fate: int | None = None
    merged_into: str | None = None
    deleted: bool = False


class AttributeRow(NamedTuple):
    """An attribute as JSON; None: removed."""

    subject: str
    name: str
    value: str | None
    number: int
    source: str | None = None


class EventRow(NamedTuple):
    """An event of a person; those of one person with equal digests are the same event, counted once."""

    number: int
    cio_id: str
    digest: int
    anonymous_id: str | None
    at: float


class RelationshipRow(NamedTuple):
    """A person's relationship with an object."""

    cio_id: str
    object_type_id: str
    object_id: str
    related: bool
    since: int | None
    number: int


class AnonymousIdRow(NamedTuple):
    """A person's anonymousId."""

    cio_id: str
    anonymous_id: str
    number: int


class AnonymousRow(NamedTuple):
    """An anonymousId; `link` is set if `linked_to` is."""

    anonymous_id: str
    link: int | None = None
    linked_to: str | None = None
    waiting: int | None = None


class ObjectRow(NamedTuple):
    """An object; `created` is set if it is new."""

    object_type_id: str
    object_id: str
    present: bool
    created: int | None
    number: int


class ObjectTypeRow(NamedTuple):
    """A type of objects."""

    object_type_id: str
    name: str
    number: int


class DeviceRow(NamedTuple):
    """A device; `attributes` is JSON."""

    token: str
    cio_id: str | None
    platform: str
    last_used: int | float
    attributes: str
    number: int


class HandleRow(NamedTuple):
    """A handle that is blocked, or no longer."""

    handle: str
    suppressed: bool
    number: int


class FormerRow(NamedTuple):
    """A handle that a person has given up; change `number` tells of it."""

    handle: str
    cio_id: str
    number: int


class Cleared(NamedTuple):
    """The attributes of a subject that are not newer than change `number` are gone."""

    subject: str
    number: int


class SpanRow(NamedTuple):
    """Whose an anonymousId was from `since` to before `until`; `forgotten`: the person was deleted later."""

    anonymous_id: str
    since: float
    until: float
    cio_id: str
    forgotten: bool


class Deleted(NamedTuple):
    """A profile was deleted by an event that arrived then; these were its handles."""

    cio_id: str
    arrived: float
    handles: tuple[str, ...]


@dataclass
class Rows:
    """What a batch of changes writes: rows to insert or update, then what to forget."""

    activities: list[ActivityRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    attributes: list[AttributeRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    relationships: list[RelationshipRow] = field(default_factory=list)
    anonymous_ids: list[AnonymousIdRow] = field(default_factory=list)
    anonymous: list[AnonymousRow] = field(default_factory=list)
    objects: list[ObjectRow] = field(default_factory=list)
    object_types: list[ObjectTypeRow] = field(default_factory=list)
    devices: list[DeviceRow] = field(default_factory=list)
    handles: list[HandleRow] = field(default_factory=list)
    formers: list[FormerRow] = field(default_factory=list)
    cleared: list[Cleared] = field(default_factory=list)
    spans: dict[str, list[SpanRow]] = field(default_factory=dict)
    """By anonymousId all that is known of it now, in the place of what was known before."""
    merged: list[str] = field(default_factory=list)
    """Profiles that told what is forgotten where they are merged into somebody who is deleted already."""
    deleted: list[Deleted] = field(default_factory=list)
