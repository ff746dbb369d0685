"""The rows of changes of objects and their types."""

from typing import assert_never

from worker.view.fold.attributes import attributes_changed
from worker.view.rows import Cleared, ObjectRow, ObjectTypeRow, Rows
from worker.workspace.changes import ObjectChanged, ObjectDeleted, ObjectTypeCreated
from worker.workspace.keys import object_key, object_name


def object_changed(change: ObjectChanged | ObjectDeleted | ObjectTypeCreated, number: int, rows: Rows) -> None:
    """An object was made, changed or deleted, or there is a new type."""
    match change:
        case ObjectChanged(object_type_id=object_type_id, object_id=object_id):
            created = number if change.created else None
            rows.objects.append(ObjectRow(object_type_id, object_id, True, created, number))
            attributes_changed(_subject(change), change.set, change.removed, number, rows)
        case ObjectDeleted(object_type_id=object_type_id, object_id=object_id):
            rows.objects.append(ObjectRow(object_type_id, object_id, change.exists, None, number))
            if change.exists:
                attributes_changed(_subject(change), {}, change.removed, number, rows)
            else:
                rows.cleared.append(Cleared(_subject(change), number))
        case ObjectTypeCreated():
            rows.object_types.append(ObjectTypeRow(change.object_type_id, change.name, number))
        case _:
            assert_never(change)


def _subject(change: ObjectChanged | ObjectDeleted) -> str:
    return object_key(object_name(change.object_type_id, change.object_id))
