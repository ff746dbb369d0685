"""The times that commands carry; single values are recorded (tests/segment)."""

import pytest

from tests.destination.factories import command, device, event
from tests.simulation.comparing import items
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json
from worker.simulation import Arrival, simulate
from worker.workspace.settings import WorkspaceSettings

LATE = "9999-12-31T23:59:59Z"
LATE_SECONDS = 253_402_300_799
"""More than the least number that is taken for milliseconds."""


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        (LATE, LATE_SECONDS),
        (1_685_620_800, 1_685_620_800),
        (1_685_620_800_123, 1_685_620_800),
        ("1685620800123", 1_685_620_800),
    ],
)
def test_the_time_of_a_delivery_report(when: Json, seconds: int) -> None:
    properties: Json = {"deliveryId": "d", "metric": "opened"}
    report = command(event("track", event="Report Delivery Event", timestamp=when, properties=properties))
    assert report["timestamp"] == seconds


def test_a_date_in_a_far_year_stays_that_date_in_the_workspace() -> None:
    subscriptions = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
    events = [
        event("track", event="Early", messageId="m1", timestamp=LATE),
        event("track", "anonymousId", userId="u1", event="Application Opened", context=device(), timestamp=LATE),
        event("identify", userId="u1", messageId="m2", timestamp=LATE, traits={"a": 2}),
        event("identify", userId="u1", messageId="m3", traits={"a": 1}),
    ]
    arrivals = [Arrival(one, LATE_SECONDS) for one in events]
    workspace = simulate(arrivals, subscriptions, WorkspaceSettings())
    (person,) = items(workspace["people"])
    assert [(one["name"], one["timestamp"]) for one in items(person["events"])] == [("Early", LATE_SECONDS)]
    assert [one["last_used"] for one in items(person["devices"])] == [LATE_SECONDS]
    assert person["attributes"] == {"a": 2}


@pytest.mark.parametrize("when", [1_685_620_800_123_456, "1685620800123456", 1_685_620_800_123_456_789])
def test_microseconds_and_nanoseconds_are_not_a_far_future_that_nothing_replaces(when: Json) -> None:
    subscriptions = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
    events = [
        event("track", userId="u1", event="Done", messageId="m1", timestamp=when),
        event("identify", userId="u1", messageId="m2", timestamp=when, traits={"plan": "old"}),
        event("identify", userId="u1", messageId="m3", timestamp="2023-06-01T12:00:01Z", traits={"plan": "new"}),
    ]
    workspace = simulate([Arrival(one, 1_700_000_000.0) for one in events], subscriptions, WorkspaceSettings())
    (person,) = items(workspace["people"])
    assert [one["timestamp"] for one in items(person["events"])] == [1_685_620_800]
    assert person["attributes"] == {"plan": "new"}
