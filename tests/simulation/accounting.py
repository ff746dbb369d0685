"""No accepted event is lost or counted twice (DESIGN section 6), whatever became of its person.

Each distinct event must be shown at one person, or wait, or something published must say why not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.simulation.cluster import Cluster
from tests.simulation.histories import ERASURES, Step
from tests.simulation.oracle import Call, calls_of, is_event
from worker.workspace.changes import (
    AnonymousExpired,
    EventReceived,
    IgnoredDeleted,
    IgnoredSuppressed,
    IgnoredUnknownCioId,
    PersonCreated,
    PersonDeleted,
    PersonMerged,
    PersonRestored,
    WorkspaceChange,
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
    changes = [change for _, change in cluster.changes.values()]
    found = {event.id for event in picture.events.values() if picture.owner(event) is None} | _of_former_lives(changes)
    for change in changes:
        match change:
            case IgnoredDeleted() | IgnoredSuppressed() | IgnoredUnknownCioId():
                found.add(change.cause.message_id)
            case AnonymousExpired():
                found.add(change.message_id)
            case _:
                pass
    return found


def _of_former_lives(changes: Iterable[WorkspaceChange]) -> set[str]:
    """Events of those who were deleted, or merged into somebody who was, and then made again under the same cio_id."""
    found: set[str] = set()
    deleted: set[str] = set()
    merged: dict[str, str] = {}
    received: dict[str, set[str]] = {}
    moved: list[tuple[str, set[str]]] = []
    for change in changes:
        match change:
            case PersonCreated():
                events = received.pop(change.cio_id, set())
                if (into := merged.pop(change.cio_id, None)) is not None:
                    moved.append((into, events))
            case PersonMerged():
                merged[change.cio_id] = change.into
            case PersonRestored():
                merged.pop(change.cio_id, None)
            case PersonDeleted():
                deleted.add(change.cio_id)
                found |= received.pop(change.cio_id, set())
            case EventReceived(anonymous_id=None):
                received.setdefault(change.cio_id, set()).add(change.id)
            case _:
                pass
    return found.union(*(events for into, events in moved if _last(into, merged) in deleted))


def _last(cio_id: str, merged: Mapping[str, str]) -> str:
    """Whom somebody is merged into, or who that is merged into, and so on."""
    passed = {cio_id}
    while (into := merged.get(cio_id)) is not None and into not in passed:
        passed.add(into)
        cio_id = into
    return cio_id
