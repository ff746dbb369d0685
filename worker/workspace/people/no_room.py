"""What of a call or a merge has no room among the attributes there are."""

from collections.abc import Iterable

from worker.workspace.changes import AttributeRefused
from worker.workspace.keys import profile_key, split_object_name
from worker.workspace.messages.cause import Cause
from worker.workspace.turn import Turn


def tell(turn: Turn, cio_id: str, names: Iterable[str], cause: Cause, relationship: str | None = None) -> None:
    """Publish that these attributes of a person, or of the person's relationship with an object, are left out."""
    object_type_id, object_id = (None, None) if relationship is None else split_object_name(relationship)
    for name in names:
        turn.publish(
            profile_key(cio_id),
            AttributeRefused(
                cause=turn.why(cause),
                attribute=name,
                reason="no_room",
                cio_id=cio_id,
                object_type_id=object_type_id,
                object_id=object_id,
            ),
        )
