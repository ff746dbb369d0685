"""Who a webhook is about."""

import pytest

from worker.jsontypes import JsonObject
from worker.metrics.person import Person, read_person


@pytest.mark.parametrize(
    ("data", "person"),
    [
        ({"identifiers": {"id": "a", "email": "a@b.c", "cio_id": "d9"}}, Person("a", "a@b.c", "d9")),
        # As in the official examples: the deprecated customer_id is another value than the id.
        ({"identifiers": {"id": "a"}, "customer_id": "0200000001"}, Person("a", "", "")),
        ({"identifiers": {"id": None, "email": "a@b.c"}, "customer_id": "x"}, Person("", "a@b.c", "")),
        ({"identifiers": {"id": 42}}, Person("42", "", "")),
        ({"identifiers": {"id": "a"}, "email_address": "a@b.c"}, Person("a", "a@b.c", "")),
        ({"identifiers": {"email": "new@b.c"}, "email_address": "old@b.c"}, Person("", "new@b.c", "")),
        ({"customer_id": "a", "email_address": "a@b.c"}, Person("a", "a@b.c", "")),
        ({"customer_id": 42, "identifiers": {}}, Person("42", "", "")),
        ({"customer_id": "", "identifiers": None}, Person("", "", "")),
    ],
)
def test_identifiers_decide(data: JsonObject, person: Person) -> None:
    assert read_person(data) == person
