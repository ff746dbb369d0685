"""The rows of any change."""

from typing import assert_never

from worker.view.fold import anonymous, devices, objects, people
from worker.view.rows import Rows
from worker.workspace.changes import (
    AnonymousExpired,
    AnonymousFlushed,
    AnonymousIdAdded,
    AnonymousLinked,
    AnonymousRelinked,
    AnonymousUnlinked,
    AnonymousWaiting,
    AttributeRefused,
    AttributesChanged,
    CallDeferred,
    DeliveryReported,
    DeviceChanged,
    DeviceGained,
    DeviceLost,
    EventReceived,
    EventsMoved,
    FailedAttributeChange,
    HandleFreed,
    HandleSuppressed,
    IdentifiersChanged,
    IgnoredAnonymousIdentify,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
    MergeRefused,
    ObjectChanged,
    ObjectDeleted,
    ObjectTypeCreated,
    PersonAbsorbed,
    PersonCreated,
    PersonDeleted,
    PersonIdentified,
    PersonMerged,
    PersonRestored,
    RelationshipChanged,
    WorkspaceChange,
)


def fold(change: WorkspaceChange, number: int, rows: Rows) -> None:
    """Add to `rows` what `change`, which is activity `number`, writes besides that activity."""
    match change:
        case EventReceived():
            people.event_received(change, number, rows)
        case (
            AttributesChanged()
            | PersonCreated()
            | PersonIdentified()
            | IdentifiersChanged()
            | PersonMerged()
            | PersonAbsorbed()
            | PersonRestored()
            | PersonDeleted()
            | AnonymousIdAdded()
            | RelationshipChanged()
            | EventsMoved()
        ):
            people.person_changed(change, number, rows)
        case HandleSuppressed() | HandleFreed():
            people.handle_changed(change, number, rows)
        case (
            AnonymousWaiting()
            | AnonymousLinked()
            | AnonymousRelinked()
            | AnonymousUnlinked()
            | AnonymousFlushed()
            | AnonymousExpired()
        ):
            anonymous.anonymous_changed(change, number, rows)
        case ObjectChanged() | ObjectDeleted() | ObjectTypeCreated():
            objects.object_changed(change, number, rows)
        case DeviceChanged():
            devices.device_changed(change, number, rows)
        case (
            FailedAttributeChange()
            | AttributeRefused()
            | DeviceGained()
            | DeviceLost()
            | MergeRefused()
            | CallDeferred()
            | IgnoredSuppressed()
            | IgnoredDeleted()
            | IgnoredUnknownCioId()
            | IgnoredAnonymousIdentify()
            | DeliveryReported()
        ):
            pass  # an activity and no more: devices and anonymousIds tell themselves whose they are
        case _:
            assert_never(change)
