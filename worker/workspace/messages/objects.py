"""The messages of topic objects. `name` is type and id of an object (keys.object_name)."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.messages.cause import Cause
from worker.workspace.wire import Stamp, WireObject


class UpdateObject(Struct, frozen=True, array_like=True, tag="update_object", kw_only=True, gc=False):
    """Create or update the object; `cio_id` is the identified person the call relates to it, empty if none."""

    to: str
    cause: Cause
    at: float
    name: str
    attributes: WireObject
    cio_id: str


class DeleteObject(Struct, frozen=True, array_like=True, tag="delete_object", kw_only=True, gc=False):
    """Delete the object, and with it everybody's relationship."""

    to: str
    cause: Cause
    at: float
    name: str


class Join(Struct, frozen=True, array_like=True, tag="join", kw_only=True, gc=False):
    """The profile `cio_id` has by a merge a relationship with the object, which was made at `added`."""

    to: str
    cause: Cause
    name: str
    cio_id: str
    added: Stamp


class Leave(Struct, frozen=True, array_like=True, tag="leave", kw_only=True, gc=False):
    """The profile `cio_id` has no relationship with the object any more."""

    to: str
    cause: Cause
    name: str
    cio_id: str


class UseType(Struct, frozen=True, array_like=True, tag="use_type", kw_only=True, gc=False):
    """There is an object of this type."""

    to: str
    cause: Cause
    object_type_id: str


class ContinueDeletion(Struct, frozen=True, array_like=True, tag="continue_deletion", kw_only=True, gc=False):
    """Go on telling the people related to the object that it is deleted."""

    to: str
    cause: Cause


ObjectsMessage: TypeAlias = UpdateObject | DeleteObject | Join | Leave | UseType | ContinueDeletion
"""Every message of topic objects."""
