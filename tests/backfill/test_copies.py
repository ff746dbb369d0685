"""What the copy of a record is marked with."""

import pytest

from worker.backfill.copies import copy_in, place_in
from worker.backfill.plan import Files, Plan
from worker.backfill.selecting import Chosen, Source
from worker.runtime.replayed import Replayed, mark_of, read_arrival, read_identity, read_replayed
from worker.topics import names
from worker.topics.contracts import load_contracts

RUN = "20261122-120000-abcd"


@pytest.mark.parametrize("relay", [False, True])
def test_a_copy_says_what_it_is_a_copy_of_and_is_relayed_only_if_that_was_asked_for(relay: bool) -> None:
    plan = Plan(names.REPORTING_EVENTS, Files(()), relay=relay)
    source = Source(2, 7, b"u", b"{}", (("replay_relay", b"yes"), ("own", b"kept")), "here/0/7", 5)
    copy = copy_in(RUN, plan, Chosen(source, 1500, None), load_contracts()[names.REPORTING_EVENTS])
    assert copy is not None
    assert (copy.key, copy.value, read_replayed(copy.headers)) == (b"u", b"{}", Replayed(relay))
    assert (read_identity(copy.headers), read_arrival(copy.headers)) == ("here/0/7", 1.5)
    assert ("own", b"kept") in copy.headers
    assert place_in(RUN, mark_of(copy.headers)) == (2, 7)
    assert place_in("20261122-120000-abce", mark_of(copy.headers)) is None
