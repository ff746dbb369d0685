"""Presence that the last writer decides: a membership may be added and removed in any order of arrival."""

from typing import Final

from msgspec import Struct

from worker.workspace.attributes import Attributes
from worker.workspace.wire import Stamp

NEVER: Final[Stamp] = (-1e15, "")
"""Before everything. (JSON has no infinity.)"""


class Register(Struct, frozen=True, array_like=True, tag="register", gc=False):
    """Whether something is there (it was added later than it was removed), and its attributes.

    An attribute that is not newer than the removal is gone with it. Of a relationship, `made` is when the newest call
    made it, whatever merges have made of the other stamps (people/lineage.py), and `floor` when its object was deleted:
    it has nothing that is not newer.
    """

    added: Stamp = NEVER
    removed: Stamp = NEVER
    attributes: Attributes = Attributes()
    made: Stamp = NEVER
    floor: Stamp = NEVER

    @property
    def present(self) -> bool:
        """Whether it is there."""
        return self.added > self.removed
