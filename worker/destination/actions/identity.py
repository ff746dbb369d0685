"""Whom or what a command is about, and the refusals where it is about nobody."""

from worker.destination.errors import Rejected
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json
from worker.reasons import Reason
from worker.segment.identifiers import resolve_identifiers

CIO_ID_PREFIX = "cio_"


def person(
    settings: ActionSettings,
    person_id: Json = None,
    *,
    email: str | None = None,
    anonymous_id: Json = None,
) -> dict[str, str]:
    """The identifiers of the person, in the documented order (segment_actions.md 1.5).

    Raises Rejected where nobody is named: Segment sends such a call, and Customer.io refuses it (known deviations
    id_no_ids_at_all, tr_no_ids, rc_no_anon, id_cio_only_prefix).
    """
    if person_id.__class__ is str and person_id and "@" not in person_id and person_id[:4] != CIO_ID_PREFIX:
        return {"id": person_id}
    if person_id is None and email is None and anonymous_id.__class__ is str and anonymous_id:
        return {"anonymous_id": anonymous_id}
    if person_id == CIO_ID_PREFIX:
        raise Rejected(Reason.NO_IDENTIFIER, "The user ID is 'cio_' without the cio_id that should follow.")
    known_id = person_id if isinstance(person_id, str) else None
    known_anonymous_id = anonymous_id if isinstance(anonymous_id, str) else None
    if known_id and known_id[:4] != CIO_ID_PREFIX and settings.identifiers == "id":
        return {"id": known_id}
    if settings.identifiers == "id":
        email = None
    identifiers = resolve_identifiers(person_id=known_id, email=email, anonymous_id=known_anonymous_id)
    if identifiers is None:
        raise Rejected(
            Reason.NO_IDENTIFIER, "The event names nobody: it has no user ID, email address or anonymous ID."
        )
    return identifiers


def object_(settings: ActionSettings, object_id: Json, object_type_id: Json) -> dict[str, str]:
    """The identifiers of the object. Raises Rejected without `object_id` (known deviation rm_obj_none)."""
    if not isinstance(object_id, str):
        raise Rejected(Reason.NO_IDENTIFIER, "The event names no object: it has no object ID.")
    type_id = object_type_id if isinstance(object_type_id, str) else settings.default_object_type_id
    return {"object_id": object_id, "object_type_id": type_id}
