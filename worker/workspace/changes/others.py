"""Changes of anonymousIds, objects, object types and devices. Key: the subject's, see worker/workspace/keys.py."""

from typing import Literal

from msgspec import Struct

from worker.workspace.changes.base import Change
from worker.workspace.wire import WireObject


class LinkSpan(Struct, frozen=True, gc=False):
    """Whose an anonymousId is from `since` (unix seconds) until the next span; the first one's also what was before.

    `gone_at`: the person was deleted then: what came up to then is forgotten, and what comes later is the next one's.
    """

    cio_id: str
    since: float
    gone_at: float | None


class AnonymousWaiting(Change, frozen=True, tag="anonymous_waiting"):
    """A call waits under an anonymousId, with `waiting` in all."""

    anonymous_id: str
    call: str
    waiting: int


class AnonymousLinked(Change, frozen=True, tag="anonymous_linked"):
    """A person was identified with the anonymousId; `linked_to` is who has it now, by the times of all such calls.

    `links` are all spans, in order of time: by them it is decided whose the events under the anonymousId are, those
    received already included.
    """

    anonymous_id: str
    cio_id: str
    at: float
    linked_to: str | None
    links: list[LinkSpan]


class AnonymousRelinked(Change, frozen=True, tag="anonymous_relinked"):
    """Another person than `previous` was identified with the anonymousId: what comes after that is theirs."""

    anonymous_id: str
    cio_id: str
    at: float
    linked_to: str | None
    links: list[LinkSpan]
    previous: str


class AnonymousUnlinked(Change, frozen=True, tag="anonymous_unlinked"):
    """The person was deleted, and what the anonymousId did as that person is forgotten."""

    anonymous_id: str
    cio_id: str
    linked_to: str | None
    links: list[LinkSpan]


class AnonymousFlushed(Change, frozen=True, tag="anonymous_flushed"):
    """Calls that waited went to their person; `waiting` still wait."""

    anonymous_id: str
    flushed: int
    waiting: int


class AnonymousExpired(Change, frozen=True, tag="anonymous_expired"):
    """A call that waited for more than 30 days, from the event `message_id` at `at`, was dropped."""

    anonymous_id: str
    call: str
    message_id: str
    at: float
    waiting: int


class ObjectChanged(Change, frozen=True, tag="object_changed"):
    """An object's attributes were set or removed; `created`: it is new. See attributes_changed for the fields."""

    object_type_id: str
    object_id: str
    created: bool
    set: WireObject
    removed: list[str]
    before: WireObject
    outdated: dict[str, str]


class ObjectDeleted(Change, frozen=True, tag="object_deleted"):
    """An object was deleted, or of what it was what is not newer than the deletion.

    `exists`: it stays, since a later call made it again; then `removed` are the attributes that are gone.
    """

    object_type_id: str
    object_id: str
    exists: bool
    removed: list[str]


class ObjectTypeCreated(Change, frozen=True, tag="object_type_created"):
    """A type of objects was used for the first time, and named."""

    object_type_id: str
    name: str


class AttributeRefused(Change, frozen=True, tag="attribute_refused"):
    """An attribute was not set: its name is reserved, or there is no room for it.

    It would have been one of a person (`cio_id`), an object, or with both a relationship.
    """

    attribute: str
    reason: Literal["reserved", "no_room"]
    cio_id: str | None = None
    object_type_id: str | None = None
    object_id: str | None = None


class DeviceChanged(Change, frozen=True, tag="device_changed"):
    """All about a device. `cio_id`: whose it is, null if nobody's (it was removed); `previous`: whose it was."""

    token: str
    cio_id: str | None
    previous: str | None
    platform: str
    last_used: int | float
    attributes: WireObject
