"""Changes of the workspace: what topic workspace.changes holds.

Each change concerns one subject, by whose key the subject's changes stay in order; changes of different subjects may
arrive in any order. The same change may arrive twice. All changes together tell the whole workspace and, with those of
the profiles merged into it, each person's log of activities; worker/workspace/picture shows how.
"""

from typing import TypeAlias

from worker.workspace.changes.base import Change, Origin, origin
from worker.workspace.changes.others import (
    AnonymousExpired,
    AnonymousFlushed,
    AnonymousLinked,
    AnonymousRelinked,
    AnonymousUnlinked,
    AnonymousWaiting,
    AttributeRefused,
    DeviceChanged,
    LinkSpan,
    ObjectChanged,
    ObjectDeleted,
    ObjectTypeCreated,
)
from worker.workspace.changes.people import (
    AnonymousIdAdded,
    AttributesChanged,
    CallDeferred,
    DeliveryReported,
    DeviceGained,
    DeviceLost,
    EventReceived,
    EventsMoved,
    FailedAttributeChange,
    HandleFreed,
    HandleSuppressed,
    Identifiers,
    IdentifiersChanged,
    IgnoredAnonymousIdentify,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
    MergeRefused,
    PersonAbsorbed,
    PersonCreated,
    PersonDeleted,
    PersonIdentified,
    PersonMerged,
    PersonRestored,
    RelationshipChanged,
)

WorkspaceChange: TypeAlias = (
    EventReceived
    | AttributesChanged
    | PersonCreated
    | PersonIdentified
    | IdentifiersChanged
    | FailedAttributeChange
    | EventsMoved
    | AnonymousIdAdded
    | RelationshipChanged
    | DeviceGained
    | DeviceLost
    | PersonMerged
    | PersonAbsorbed
    | PersonRestored
    | PersonDeleted
    | MergeRefused
    | CallDeferred
    | IgnoredSuppressed
    | IgnoredDeleted
    | IgnoredUnknownCioId
    | IgnoredAnonymousIdentify
    | HandleSuppressed
    | HandleFreed
    | DeliveryReported
    | AnonymousWaiting
    | AnonymousLinked
    | AnonymousRelinked
    | AnonymousUnlinked
    | AnonymousFlushed
    | AnonymousExpired
    | ObjectChanged
    | ObjectDeleted
    | ObjectTypeCreated
    | AttributeRefused
    | DeviceChanged
)
"""Every change."""

__all__ = [
    "AnonymousExpired",
    "AnonymousFlushed",
    "AnonymousIdAdded",
    "AnonymousLinked",
    "AnonymousRelinked",
    "AnonymousUnlinked",
    "AnonymousWaiting",
    "AttributeRefused",
    "AttributesChanged",
    "CallDeferred",
    "Change",
    "DeliveryReported",
    "DeviceChanged",
    "DeviceGained",
    "DeviceLost",
    "EventReceived",
    "EventsMoved",
    "FailedAttributeChange",
    "HandleFreed",
    "HandleSuppressed",
    "Identifiers",
    "IdentifiersChanged",
    "IgnoredAnonymousIdentify",
    "IgnoredDeleted",
    "IgnoredSuppressed",
    "IgnoredUnknownCioId",
    "LinkSpan",
    "MergeRefused",
    "ObjectChanged",
    "ObjectDeleted",
    "ObjectTypeCreated",
    "Origin",
    "PersonAbsorbed",
    "PersonCreated",
    "PersonDeleted",
    "PersonIdentified",
    "PersonMerged",
    "PersonRestored",
    "RelationshipChanged",
    "WorkspaceChange",
    "origin",
]
