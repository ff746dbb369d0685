"""Whom or what a command is about, and the refusals where it is about nobody."""

from worker.destination.errors import Rejected
from worker.destination.settings import ActionSettings
from worker.reasons import Reason
from worker.segment.identifiers import CIO_ID_PREFIX, resolve_identifiers


def person(
    settings: ActionSettings,
    person_id: str | None = None,
    anonymous_id: str | None = None,
    email: str | None = None,
) -> dict[str, str]:
    """The identifiers of the person, in the documented order (segment_actions.md 1.5).

    Raises Rejected where nobody is named: Segment sends such a call, and Customer.io refuses it (known deviations
    id_no_ids_at_all, tr_no_ids, rc_no_anon, id_cio_only_prefix).
    """
    if person_id:
        if "@" not in person_id and not person_id.startswith(CIO_ID_PREFIX):
            return {"id": person_id}
        if person_id == CIO_ID_PREFIX:
            raise Rejected(Reason.NO_IDENTIFIER, "The user ID is 'cio_' without the cio_id that should follow.")
        if settings.identifiers == "id" and not person_id.startswith(CIO_ID_PREFIX):
            return {"id": person_id}
    elif email is None and anonymous_id:
        return {"anonymous_id": anonymous_id}
    if settings.identifiers == "id":
        email = None
    identifiers = resolve_identifiers(person_id=person_id, email=email, anonymous_id=anonymous_id)
    if identifiers is None:
        raise Rejected(
            Reason.NO_IDENTIFIER,
            "The event names nobody: it has no user ID, no anonymous ID, and no email address that names a person.",
        )
    return identifiers


def object_(settings: ActionSettings, object_id: str | None, object_type_id: str | None) -> dict[str, str]:
    """The identifiers of the object. Raises Rejected without `object_id` (known deviation rm_obj_none)."""
    if object_id is None:
        raise Rejected(Reason.NO_IDENTIFIER, "The event names no object: it has no object ID.")
    type_id = settings.default_object_type_id if object_type_id is None else object_type_id
    return {"object_id": object_id, "object_type_id": type_id}
