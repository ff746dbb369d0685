"""No accepted event is lost or counted twice (docs/workspace.md), whatever became of its person.

Each distinct event must be shown at one person, or wait, or something published must say why not.
"""

from collections import Counter
from collections.abc import Iterable

from tests.simulation.cluster import Cluster
from tests.simulation.histories import ERASURES, Step
from tests.simulation.oracle import Call, calls_of, is_event
from worker.workspace.changes import (
    AnonymousExpired,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
)
from worker.workspace.messages.calls import Event
from worker.workspace.picture import Picture
from worker.workspace.values.records import Waiting


def miscounted(steps: Iterable[Step], cluster: Cluster, picture: Picture) -> list[str]:
    """What is lost or counted twice."""
    shown = _shown(picture)
    waiting = _waiting(cluster)
    explained = _explained(cluster, picture)
    found: list[str] = []
    for message_id in (str(call.event["messageId"]) for call in calls_of(steps) if _counts(call)):
        times = shown[message_id] + waiting[message_id]
        if times > 1:
            found.append(f"{message_id} counts {shown[message_id]} times and waits {waiting[message_id]} times")
        elif times == 0 and message_id not in explained:
            found.append(f"{message_id} is lost")
    return found


def left_behind(cluster: Cluster) -> list[str]:
    """What identifies have done that were ignored whole.

    That is for events in order of time: else an identify may have made somebody who was deleted by an older call.
    """
    ignored = {
        change.cause.message_id
        for _, change in cluster.changes.values()
        if isinstance(change, IgnoredDeleted | IgnoredSuppressed) and change.call == "identify"
    }
    return [
        f"{change.cause.message_id} was ignored, but {change}"
        for _, change in cluster.changes.values()
        if change.cause.message_id in ignored and not isinstance(change, IgnoredDeleted | IgnoredSuppressed)
    ]


def _counts(call: Call) -> bool:
    return is_event(call) and call.name not in ERASURES and bool(call.user or call.anonymous)


def _shown(picture: Picture) -> Counter[str]:
    """How many people have an event."""
    owners = {
        (event.id, owner.cio_id) for event in picture.events.values() if (owner := picture.owner(event)) is not None
    }
    return Counter(message_id for message_id, _ in owners)


def _waiting(cluster: Cluster) -> Counter[str]:
    return Counter(
        value.call.id
        for value in cluster.values("anonymous").values()
        if isinstance(value, Waiting) and isinstance(value.call, Event)
    )


def _explained(cluster: Cluster, picture: Picture) -> set[str]:
    """Events that were dropped, and said to be, or that went with a person who was deleted."""
    found = {event.id for event in picture.events.values() if picture.owner(event) is None}
    for _, change in cluster.changes.values():
        match change:
            case IgnoredDeleted() | IgnoredSuppressed() | IgnoredUnknownCioId():
                found.add(change.cause.message_id)
            case AnonymousExpired():
                found.add(change.message_id)
            case _:
                pass
    return found
