"""Which events their `integrations` keep from a destination."""

import pytest

from worker.jsontypes import Json
from worker.segment.integrations import ruled_out

NAMES = ("Customer.io", "Customer.io (Actions)")


@pytest.mark.parametrize(
    "integrations",
    [
        {"Customer.io": False},
        {"All": True, "Customer.io": False},
        {"All": False},
        {"All": False, "Mixpanel": True},
        {"All": False, "customer.io": True},
        {"All": False, "Customer.io": None},
        {"Customer.io": False, "Customer.io (Actions)": False},
    ],
)
def test_an_event_is_kept_from_the_destination(integrations: Json) -> None:
    assert ruled_out({"type": "track", "integrations": integrations}, NAMES)


@pytest.mark.parametrize(
    "integrations",
    [
        {},
        None,
        "Customer.io",
        [False],
        {"All": True},
        {"All": None},
        {"Mixpanel": False},
        {"customer.io": False},
        {"Customer.io": None},
        {"Customer.io": 0},
        {"Customer.io": "false"},
        {"All": False, "Customer.io": True},
        {"All": False, "Customer.io (Actions)": {"session": 1}},
        {"Customer.io": False, "Customer.io (Actions)": True},
    ],
)
def test_an_event_may_reach_the_destination(integrations: Json) -> None:
    assert not ruled_out({"type": "track", "integrations": integrations}, NAMES)


def test_an_event_without_integrations_may_reach_it() -> None:
    assert not ruled_out({"type": "track"}, NAMES)
