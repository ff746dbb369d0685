"""How rows are written: one statement a table.

So a batch is written table by table, each table's rows in the order of the changes, however the changes were mixed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from worker.view.rows import (
    ActivityRow,
    AnonymousIdRow,
    AnonymousRow,
    AttributeRow,
    DeviceRow,
    EventRow,
    FormerRow,
    HandleRow,
    ObjectRow,
    ObjectTypeRow,
    PersonRow,
    RelationshipRow,
    Rows,
)


def _insert(table: str, columns: tuple[str, ...], conflict: str = "") -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) {conflict}"


def _replace(key: str, *columns: str) -> str:
    return f"ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in columns)


_ACTIVITY: Final = _insert("activities", ActivityRow._fields)
_EVENT: Final = _insert("events", EventRow._fields, "ON CONFLICT DO NOTHING")
_PERSON: Final = _insert(
    "people",
    PersonRow._fields,
    """ON CONFLICT (cio_id) DO UPDATE SET
        created = coalesce(excluded.created, created),
        identified = max(excluded.identified, identified),
        id = iif(excluded.named IS NULL, id, excluded.id),
        email = iif(excluded.named IS NULL, email, excluded.email),
        email_key = iif(excluded.named IS NULL, email_key, excluded.email_key),
        named = coalesce(excluded.named, named),
        merged_into = iif(excluded.fate IS NULL, merged_into, excluded.merged_into),
        deleted = iif(excluded.fate IS NULL, deleted, excluded.deleted),
        fate = coalesce(excluded.fate, fate)""",
)
_ATTRIBUTE: Final = _insert("attributes", AttributeRow._fields, _replace("subject, name", "value", "number", "source"))
_RELATIONSHIP: Final = _insert(
    "relationships",
    RelationshipRow._fields,
    """ON CONFLICT (cio_id, object_type_id, object_id) DO UPDATE SET
        related = excluded.related, since = coalesce(excluded.since, since), number = excluded.number""",
)
_ANONYMOUS_ID: Final = _insert("anonymous_ids", AnonymousIdRow._fields, "ON CONFLICT DO NOTHING")
_ANONYMOUS: Final = _insert(
    "anonymous",
    AnonymousRow._fields,
    """ON CONFLICT (anonymous_id) DO UPDATE SET
        linked_to = iif(excluded.link IS NULL, linked_to, excluded.linked_to),
        link = coalesce(excluded.link, link),
        waiting = coalesce(excluded.waiting, waiting)""",
)
_OBJECT: Final = _insert(
    "objects",
    ObjectRow._fields,
    """ON CONFLICT (object_type_id, object_id) DO UPDATE SET
        present = excluded.present, created = coalesce(excluded.created, created), number = excluded.number""",
)
_OBJECT_TYPE: Final = _insert("object_types", ObjectTypeRow._fields, _replace("object_type_id", "name", "number"))
_DEVICE: Final = _insert(
    "devices",
    DeviceRow._fields,
    _replace("token", "cio_id", "platform", "last_used", "attributes", "number"),
)
_HANDLE: Final = _insert("handles", HandleRow._fields, _replace("handle", "suppressed", "number"))
_FORMER: Final = _insert("formers", FormerRow._fields, _replace("handle, cio_id", "number"))


def writes(rows: Rows) -> Iterator[tuple[str, Sequence[tuple[object, ...]]]]:
    """The statements that write `rows`, each with the rows that it is executed with."""
    yield _ACTIVITY, rows.activities
    yield _EVENT, rows.events
    yield _PERSON, rows.people
    yield _ATTRIBUTE, rows.attributes
    yield _RELATIONSHIP, rows.relationships
    yield _ANONYMOUS_ID, rows.anonymous_ids
    yield _ANONYMOUS, rows.anonymous
    yield _OBJECT, rows.objects
    yield _OBJECT_TYPE, rows.object_types
    yield _DEVICE, rows.devices
    yield _HANDLE, rows.handles
    yield _FORMER, rows.formers
