"""Who a reporting webhook is about."""

from msgspec import Struct

from worker.jsontypes import JsonObject
from worker.metrics.invalid import identifier, kind_of, refuse


class Person(Struct, frozen=True):
    """A person's identifiers in Customer.io, "" where there is none. `cio_id` never changes; the others may."""

    id: str
    email: str
    cio_id: str


def read_person(data: JsonObject) -> Person:
    """The person in a webhook's `data` (customerio_semantics.md 1.3). Raises InvalidWebhook.

    `identifiers` decides; the deprecated `customer_id` is the id only where there are no identifiers at all (in the
    official examples it differs from `identifiers.id`). `email_address` stands in for a missing email.
    """
    identifiers = data.get("identifiers")
    if identifiers is None or identifiers == {}:
        return Person(identifier(data, "customer_id", "data."), identifier(data, "email_address", "data."), "")
    if not isinstance(identifiers, dict):
        refuse(f"data.identifiers must be an object or null, not {kind_of(identifiers)}")
    return Person(
        identifier(identifiers, "id", "data.identifiers."),
        identifier(identifiers, "email", "data.identifiers.") or identifier(data, "email_address", "data."),
        identifier(identifiers, "cio_id", "data.identifiers."),
    )
