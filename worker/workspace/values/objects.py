"""The values of table objects."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.registers import Register
from worker.workspace.values.records import Names


class Object(Struct, frozen=True, array_like=True, tag="object", gc=False):
    """An object (key `object:…`): whether it exists and its attributes are in `register`.

    `name` is type and id (keys.object_name), and `members` how many pages the set of related profiles has. While a
    deletion tells them, it has come to page `telling`; None otherwise.
    """

    register: Register
    name: str
    members: int = 0
    telling: int | None = None


class ObjectType(Struct, frozen=True, array_like=True, tag="object_type", gc=False):
    """A type of objects (key `type:…`)."""

    name: str


ObjectsValue: TypeAlias = Object | ObjectType | Names
"""Every value of table objects."""
