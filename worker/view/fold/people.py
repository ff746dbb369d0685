"""The rows of a person's changes."""

from typing import TypeAlias, assert_never

from worker.view.digest import digest
from worker.view.fold.attributes import attributes_changed
from worker.view.rows import (
    AnonymousIdRow,
    Cleared,
    Deleted,
    EventRow,
    FormerRow,
    HandleRow,
    PersonRow,
    RelationshipRow,
    Rows,
)
from worker.workspace.changes import (
    AnonymousIdAdded,
    AttributesChanged,
    EventReceived,
    EventsMoved,
    HandleFreed,
    HandleSuppressed,
    Identifiers,
    IdentifiersChanged,
    PersonAbsorbed,
    PersonCreated,
    PersonDeleted,
    PersonIdentified,
    PersonMerged,
    PersonRestored,
    RelationshipChanged,
)
from worker.workspace.keys import email_key, id_key, joined, object_name, profile_key, relationship_key

PersonChange: TypeAlias = (
    AttributesChanged
    | PersonCreated
    | PersonIdentified
    | IdentifiersChanged
    | PersonMerged
    | PersonAbsorbed
    | PersonRestored
    | PersonDeleted
    | AnonymousIdAdded
    | RelationshipChanged
    | EventsMoved
)


def event_received(change: EventReceived, number: int, rows: Rows) -> None:
    """The person did something."""
    told = digest(joined(change.event_type, change.name, change.id))
    rows.events.append(EventRow(number, change.cio_id, told, change.anonymous_id, change.at))


def person_changed(change: PersonChange, number: int, rows: Rows) -> None:
    """Anything else about the person."""
    cio_id = change.cio_id
    match change:
        case AttributesChanged():
            attributes_changed(profile_key(cio_id), change.set, change.removed, number, rows)
        case PersonCreated():
            rows.people.append(_named(cio_id, change.identifiers, number, created=change.created))
        case PersonIdentified():
            rows.people.append(PersonRow(cio_id, identified=True))
        case IdentifiersChanged():
            rows.people.append(_named(cio_id, change.after, number))
            given_up = set(_handles(change.before)).difference(_handles(change.after))
            rows.formers.extend(FormerRow(handle, cio_id, number) for handle in sorted(given_up))
        case PersonAbsorbed():
            rows.people.append(_named(cio_id, change.after, number, created=change.created))
            attributes_changed(profile_key(cio_id), change.set, change.removed, number, rows, source=change.merged)
        case PersonMerged():
            rows.people.append(PersonRow(cio_id, fate=number, merged_into=change.into))
            rows.merged.append(cio_id)
        case PersonRestored():
            rows.people.append(PersonRow(cio_id, fate=number))
        case PersonDeleted():
            rows.people.append(PersonRow(cio_id, named=number, fate=number, deleted=True))
            rows.deleted.append(Deleted(cio_id, change.cause.arrived, _handles(change.identifiers)))
        case AnonymousIdAdded():
            rows.anonymous_ids.append(AnonymousIdRow(cio_id, change.anonymous_id, number))
        case RelationshipChanged():
            _relationship(change, number, rows)
        case EventsMoved():
            rows.merged.append(cio_id)  # nothing else is told by who is merged: the anonymousId tells whose they are
        case _:
            assert_never(change)


def handle_changed(change: HandleSuppressed | HandleFreed, number: int, rows: Rows) -> None:
    """A handle was blocked, or is no longer."""
    rows.handles.append(HandleRow(change.handle, isinstance(change, HandleSuppressed), number))


def _named(cio_id: str, names: Identifiers, number: int, created: float | None = None) -> PersonRow:
    key = None if names.email is None else email_key(names.email)
    return PersonRow(cio_id, created, named=number, id=names.id, email=names.email, email_key=key)


def _handles(names: Identifiers) -> tuple[str, ...]:
    handles = () if names.id is None else (id_key(names.id),)
    return handles if names.email is None else (*handles, email_key(names.email))


def _relationship(change: RelationshipChanged, number: int, rows: Rows) -> None:
    cio_id, object_type_id, object_id = change.cio_id, change.object_type_id, change.object_id
    since = number if change.related and not change.was_related else None
    rows.relationships.append(RelationshipRow(cio_id, object_type_id, object_id, change.related, since, number))
    subject = relationship_key(cio_id, object_name(object_type_id, object_id))
    attributes_changed(subject, change.set, change.removed, number, rows, source=change.merged)
    if not change.related:
        rows.cleared.append(Cleared(subject, number))
