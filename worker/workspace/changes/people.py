"""Changes of people. Key: the profile's, `cio:…`."""

from typing import Literal

from msgspec import Struct

from worker.workspace.changes.base import Change
from worker.workspace.wire import WireObject


class Identifiers(Struct, frozen=True, gc=False):
    """What names a person besides the cio_id; the email is as last given."""

    id: str | None
    email: str | None


class PersonCreated(Change, frozen=True, tag="person_created"):
    """There is a new person; `created` is the time of the call that made it (unix seconds)."""

    cio_id: str
    identifiers: Identifiers
    created: float


class PersonIdentified(Change, frozen=True, tag="person_identified"):
    """The person was identified for the first time: what waited for that is processed now."""

    cio_id: str


class IdentifiersChanged(Change, frozen=True, tag="identifiers_changed"):
    """The person's id or email changed."""

    cio_id: str
    before: Identifiers
    after: Identifiers


class FailedAttributeChange(Change, frozen=True, tag="failed_attribute_change"):
    """The person did not get an id or email.

    `taken`: it is somebody else's. `not_allowed`: the workspace's settings forbid to change one that is set.
    `invalid`: it is no email address.
    """

    cio_id: str
    attribute: Literal["id", "email"]
    value: str
    reason: Literal["taken", "not_allowed", "invalid"]


class AttributesChanged(Change, frozen=True, tag="attributes_changed"):
    """Attributes were set or removed.

    `before` has the values they had; `outdated` those that this call did not change because the call with the given
    messageId is newer, or had told them to the primary of a merge, before which this one named the secondary.
    """

    cio_id: str
    set: WireObject
    removed: list[str]
    before: WireObject
    outdated: dict[str, str]


class EventReceived(Change, frozen=True, tag="event_received"):
    """The person did something. `anonymous_id` is the one under which it came, if it came so."""

    cio_id: str
    event_type: Literal["event", "page", "screen"]
    name: str
    id: str
    timestamp: int | float
    attributes: WireObject
    at: float
    anonymous_id: str | None = None


class EventsMoved(Change, frozen=True, tag="events_moved"):
    """Events that came under an anonymousId with times from `since` to before `until` are those of `owner`.

    Somebody else had been identified with it by then, as an identify shows that arrived late. null: no bound.
    """

    cio_id: str
    anonymous_id: str
    since: float | None
    until: float | None
    owner: str


class AnonymousIdAdded(Change, frozen=True, tag="anonymous_id_added"):
    """The person was identified with this anonymousId."""

    cio_id: str
    anonymous_id: str


class RelationshipChanged(Change, frozen=True, tag="relationship_changed"):
    """The person is related to an object, or no longer; attributes of the relationship were set or removed.

    `was_related` tells whether this is new. A relationship that ends loses its attributes. `merged`: what is set comes
    from this profile, which was merged into the person.
    """

    cio_id: str
    object_type_id: str
    object_id: str
    related: bool
    was_related: bool
    set: WireObject
    removed: list[str]
    before: WireObject
    outdated: dict[str, str]
    merged: str | None = None


class DeviceGained(Change, frozen=True, tag="device_gained"):
    """The device belongs to the person now."""

    cio_id: str
    token: str


class DeviceLost(Change, frozen=True, tag="device_lost"):
    """The device no longer belongs to the person: somebody else used it later, or it was removed."""

    cio_id: str
    token: str
    reason: Literal["moved", "removed"]


class PersonMerged(Change, frozen=True, tag="person_merged"):
    """The person was merged into `into`; its events, devices and what names it are those of `into` from now on."""

    cio_id: str
    into: str


class PersonAbsorbed(Change, frozen=True, tag="person_absorbed"):
    """The person `merged` was merged into this one, which got the identifiers and attributes that it lacked.

    Of two halves of a person (auto_merge) it has the newer attributes; so there may also be some `removed`, and some of
    `set` may have had the same value. `created` is that of the older one, now this one's too.
    """

    cio_id: str
    merged: str
    before: Identifiers
    after: Identifiers
    set: WireObject
    removed: list[str]
    created: float | None = None


class PersonRestored(Change, frozen=True, tag="person_restored"):
    """Of people who were each merged into the next at the same time, this is the one that stays."""

    cio_id: str


class PersonDeleted(Change, frozen=True, tag="person_deleted"):
    """The person was deleted, with everything about it; `suppressed`: and its handles are blocked."""

    cio_id: str
    identifiers: Identifiers
    suppressed: bool


class MergeRefused(Change, frozen=True, tag="merge_refused"):
    """Two people were not merged. Key: the primary's profile, or its handle where there is no such person.

    `primary` and `secondary` are the handles or profiles that the call named. `itself`: they are one person.
    """

    primary: str
    secondary: str
    reason: Literal["itself", "unknown_primary", "unknown_secondary", "junk_identifier"]


class CallDeferred(Change, frozen=True, tag="call_deferred"):
    """A call waits until its person is identified. Key and `subject`: the handle or profile where it waits."""

    subject: str
    call: str
    object_type_id: str
    object_id: str


class Ignored(Change, frozen=True):
    """A call was ignored whole. Key and `subject`: the handle or profile that it named."""

    subject: str
    call: str


class IgnoredSuppressed(Ignored, frozen=True, tag="ignored_suppressed"):
    """A call was ignored because it names somebody who is suppressed."""


class IgnoredDeleted(Ignored, frozen=True, tag="ignored_deleted"):
    """A call was ignored because its person was deleted at a later time."""


class IgnoredUnknownCioId(Ignored, frozen=True, tag="ignored_unknown_cio_id"):
    """A call was ignored because it names a cio_id that nobody has."""


class IgnoredAnonymousIdentify(Ignored, frozen=True, tag="ignored_anonymous_identify"):
    """An identify was ignored because it names nobody but an anonymousId."""


class HandleSuppressed(Change, frozen=True, tag="handle_suppressed"):
    """The handle is blocked. Key: the handle."""

    handle: str


class HandleFreed(Change, frozen=True, tag="handle_freed"):
    """The handle is no longer blocked. Key: the handle."""

    handle: str


class DeliveryReported(Change, frozen=True, tag="delivery_reported"):
    """Somebody reported what became of a sent message. Key: `delivery:` and its id."""

    delivery_id: str
    report: WireObject
