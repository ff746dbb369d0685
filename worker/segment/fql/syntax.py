"""The parts of a parsed trigger."""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

FIELDS: Final = ("type", "event", "name", "userId", "properties", "traits", "context")
"""The fields of an event that a trigger can test."""

NESTED_FIELDS: Final = frozenset({"properties", "traits", "context"})
"""Those of them that hold values under names of their own."""

Literal_: TypeAlias = str | int | float | bool | None
"""What a condition compares with; None where the operator needs nothing."""


class Condition(Struct, frozen=True):
    """One test of the value at `keys` of the event. An operator that does not exist never holds."""

    keys: tuple[str, ...]
    operator: str
    expected: Literal_
    text: str


class Group(Struct, frozen=True):
    """All (`and`) or any (`or`) of the children."""

    operator: Literal["and", "or"]
    children: tuple["Node", ...]


class Not(Struct, frozen=True):
    """The opposite of the child."""

    child: "Node"
    text: str


class Nothing(Struct, frozen=True):
    """A group without any condition: Segment fails on each event for which it comes to look at it."""


Node: TypeAlias = Condition | Group | Not | Nothing
"""A parsed trigger or a part of one."""
