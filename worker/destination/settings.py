"""What a workspace's settings change in the commands of its destination."""

from typing import Literal, TypeAlias

from msgspec import Struct

Identifiers: TypeAlias = Literal["email_or_id", "id"]
"""What names a person: an id or an email address, or (in older workspaces) only an id."""


class ActionSettings(Struct, frozen=True, kw_only=True):
    """The settings the actions read.

    `identifiers`: in an `id` workspace every userId is an id, also one that looks like an email address, and the
    email trait names nobody (docs/workspace.md). `default_object_type_id` is the type of an object whose call gives
    none. `convert_timestamps`: whether ISO 8601 values become unix seconds where a subscription's mapping does not
    say.
    """

    identifiers: Identifiers = "email_or_id"
    default_object_type_id: str = "1"
    convert_timestamps: bool = True
