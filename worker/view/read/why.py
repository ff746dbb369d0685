"""Why something is as it is: the changes that decided it, the newest first."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import aiosqlite
from msgspec import Struct
from msgspec.structs import replace

from worker.jsontypes import Json
from worker.view.read.activities import last_activities, last_decisions
from worker.view.read.documents import Activity, Cause
from worker.view.read.identity import subjects
from worker.view.read.objects import Named
from worker.workspace.changes import (
    AttributeRefused,
    AttributesChanged,
    FailedAttributeChange,
    Identifiers,
    IdentifiersChanged,
    ObjectChanged,
    ObjectDeleted,
    PersonAbsorbed,
    PersonCreated,
)
from worker.workspace.keys import PREFERENCES, PROFILE, object_key, object_name
from worker.workspace.wire import WireJson

MERGES: Final = ("person_absorbed", "person_merged", "person_restored", "merge_refused")
"""Changes that tell of merges."""

_ATTRIBUTES: Final = (
    "person_created",
    "attributes_changed",
    "person_absorbed",
    "object_changed",
    "object_deleted",
    "attribute_refused",
    "failed_attribute_change",
    "identifiers_changed",
)

SCANNED_MAX: Final = 100_000
"""Changes that are looked through for those that touch an attribute."""


class Step(Struct, frozen=True):
    """What an event did to an attribute. `lost`: it did nothing, since that of `winner` (a messageId) is newer, or was
    the primary's in a merge before which the event had told it to the secondary.

    `profile`: it did so to that one, which was merged into the person, then or later.
    """

    outcome: Literal["set", "removed", "lost", "refused"]
    by: Cause
    value: WireJson = None
    before: WireJson = None
    winner: str | None = None
    reason: str | None = None
    merged_from: str | None = None
    profile: str | None = None


class AttributeHistory(Struct, frozen=True):
    """What happened to an attribute."""

    attribute: str
    steps: list[Step]


async def person_attributes(
    database: aiosqlite.Connection, cio_id: str, only: str | None, limit: int
) -> list[AttributeHistory]:
    """The last `limit` steps of each attribute of a person, those in the profiles merged into it included.

    `id` and `email` have steps like attributes. With `only` there is one history, without steps if nothing is known;
    for the subscription preferences, or a part of them, one of each name that they have.
    """
    return await _histories(database, await subjects(database, cio_id), only, limit, cio_id)


async def object_attributes(
    database: aiosqlite.Connection, named: Named, only: str | None, limit: int
) -> list[AttributeHistory]:
    """The last `limit` steps of each attribute of an object; with `only` one history, as `person_attributes` has."""
    log = object_key(object_name(named.object_type_id, named.object_id))
    return await _histories(database, [log], only, limit)


async def decided(database: aiosqlite.Connection, logs: list[str], types: Sequence[str], limit: int) -> list[Activity]:
    """The last `limit` changes of these types, e.g. MERGES or FAILURES (worker/view/schema.py)."""
    return await last_activities(database, logs, limit, types)


async def _histories(
    database: aiosqlite.Connection, logs: list[str], only: str | None, limit: int, cio_id: str | None = None
) -> list[AttributeHistory]:
    found: dict[str, list[Step]] = {} if only is None else {only: []}
    for activity in await last_decisions(database, logs, SCANNED_MAX, _ATTRIBUTES):
        whose = None if cio_id is None else activity.subject.removeprefix(PROFILE)
        for name, step in _steps(activity):
            if (only is None or _is_asked(name, only)) and len(found.setdefault(name, [])) < limit:
                found[name].append(step if whose == cio_id else replace(step, profile=whose))
    return [AttributeHistory(name, steps) for name, steps in sorted(found.items())]


def _is_asked(name: str, only: str) -> bool:
    """What sets a part of the preferences is told of the whole; what was refused or lost, of the part."""
    part = f"{PREFERENCES}."
    return (
        name == only
        or (only == PREFERENCES and name.startswith(part))
        or (name == PREFERENCES and only.startswith(part))
    )


def _steps(activity: Activity) -> Iterator[tuple[str, Step]]:
    by = Cause(activity.cause.message_id, activity.cause.time)
    match activity.change:
        case AttributesChanged() | ObjectChanged() as change:
            for name, value in change.set.items():
                yield name, Step("set", by, value, _before(change, name))
            for name in change.removed:
                yield name, Step("removed", by, before=_before(change, name))
            for name, winner in change.outdated.items():
                yield name, Step("lost", by, winner=winner)
        case ObjectDeleted(removed=removed):
            for name in removed:
                yield name, Step("removed", by, reason="object_deleted")
        case PersonAbsorbed() as change:
            yield from _absorbed(change, by)
        case PersonCreated(identifiers=identifiers):
            yield from _renamed(Identifiers(None, None), identifiers, by, None)
        case IdentifiersChanged(before=before, after=after):
            yield from _renamed(before, after, by, None)
        case FailedAttributeChange(attribute=name, value=value, reason=reason):
            yield name, Step("refused", by, value, reason=reason)
        case AttributeRefused(attribute=name, reason=reason, object_id=object_id) as change:
            if object_id is None or change.cio_id is None:  # else it is a relationship's
                yield name, Step("refused", by, reason=reason)
        case _:
            pass


def _absorbed(change: PersonAbsorbed, by: Cause) -> Iterator[tuple[str, Step]]:
    for name, value in change.set.items():
        yield name, Step("set", by, value, merged_from=change.merged)
    for name in change.removed:
        yield name, Step("removed", by, merged_from=change.merged)
    yield from _renamed(change.before, change.after, by, change.merged)


def _before(change: AttributesChanged | ObjectChanged, name: str) -> Json:
    return change.before.get(name)


def _renamed(before: Identifiers, after: Identifiers, by: Cause, merged_from: str | None) -> Iterator[tuple[str, Step]]:
    for name, old, new in (("id", before.id, after.id), ("email", before.email, after.email)):
        if old != new:
            yield name, Step("removed" if new is None else "set", by, new, old, merged_from=merged_from)
