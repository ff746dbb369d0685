"""The types of decoded JSON, used wherever a value's shape is the user's and not ours."""

from typing import TYPE_CHECKING, Any, TypeAlias, Union

if TYPE_CHECKING:
    Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007  names itself
    """Any JSON value."""

    JsonObject: TypeAlias = dict[str, Json]
    """A JSON object."""
else:  # msgspec reads the annotations of structs at run time, and knows no recursive aliases
    Json: TypeAlias = Any
    JsonObject: TypeAlias = dict[str, Any]
