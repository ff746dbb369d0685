"""Which identifier names the entity of a command (segment_actions.md 1.5)."""

import re
from typing import Final

_LOCAL = r"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*+(?<!-))?"
_EMAIL: Final = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*+@(?:{_LABEL}\.)++{_LABEL}")

CIO_ID_PREFIX: Final = "cio_"
"""A userId that begins so is the cio_id behind it."""


def is_email(value: str) -> bool:
    """Whether Segment takes a userId for an email address: ASCII, unquoted, with a dot in the domain."""
    return "@" in value and _EMAIL.fullmatch(value) is not None


def resolve_identifiers(
    *,
    person_id: str | None = None,
    email: str | None = None,
    anonymous_id: str | None = None,
    object_id: str | None = None,
    object_type_id: str | None = "1",
) -> dict[str, str] | None:
    """The identifiers of an entity, None where nothing is given.

    The first that is given counts: object, `cio_` id, email as the person's id, id, email (not checked), anonymous id.
    `object_type_id` as None or "" makes it no object; leave it out for the default type.
    """
    if object_id and object_type_id:
        return {"object_id": object_id, "object_type_id": object_type_id}
    if person_id:
        if person_id.startswith(CIO_ID_PREFIX):
            return {"cio_id": person_id[len(CIO_ID_PREFIX) :]}
        return {"email": person_id} if is_email(person_id) else {"id": person_id}
    if email:
        return {"email": email}
    return {"anonymous_id": anonymous_id} if anonymous_id else None
