"""Which changes tell of something that is different now, and which only of a call that had no effect.

Those without effect explain to people why nothing happened. When old events are replayed they would explain it once
more for each of them, so they are not published then: replaying what the workspace knows publishes nothing.
"""

from msgspec import Struct

from worker.workspace.changes import (
    AttributeRefused,
    AttributesChanged,
    CallDeferred,
    DeliveryReported,
    IgnoredAnonymousIdentify,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
    MergeRefused,
    ObjectChanged,
    RelationshipChanged,
)

WITHOUT_EFFECT = (
    AttributeRefused,
    CallDeferred,
    DeliveryReported,
    IgnoredAnonymousIdentify,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
    MergeRefused,
)


def is_news(change: Struct) -> bool:
    """Whether the workspace differs after the change."""
    match change:
        case AttributesChanged(set=set_, removed=removed):
            return bool(set_ or removed)
        case ObjectChanged(created=created, set=set_, removed=removed):
            return bool(created or set_ or removed)
        case RelationshipChanged(related=related, was_related=was_related, set=set_, removed=removed):
            return bool(related != was_related or set_ or removed)
    return not isinstance(change, WITHOUT_EFFECT)
