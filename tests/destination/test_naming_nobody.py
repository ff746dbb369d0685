"""What is said of an event that names nobody is true also where it has something that could have been a name."""

import pytest

from tests.destination.factories import event, refusal
from worker.destination.settings import ActionSettings
from worker.reasons import Reason

NOBODY = "The event names nobody: it has no user ID, no anonymous ID, and no email address that names a person."


@pytest.mark.parametrize("email", ["   ", "ada", "a b@x.io", "", None])
def test_an_email_trait_that_is_no_address(email: str | None) -> None:
    refused = refusal(event("identify", "anonymousId", userId="", traits={"email": email}))
    assert (refused.reason, refused.error) == (Reason.NO_IDENTIFIER, NOBODY)


def test_an_address_where_only_ids_name_people() -> None:
    settings = ActionSettings(identifiers="id")
    refused = refusal(event("identify", "anonymousId", userId="", traits={"email": "ada@x.io"}), settings)
    assert (refused.reason, refused.error) == (Reason.NO_IDENTIFIER, NOBODY)
