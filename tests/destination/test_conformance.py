"""All recorded rows: single actions, and events through the 15 presets. Counts and rows not met are printed."""

from collections.abc import Callable, Iterator

import pytest

from tests.destination.recorded import commands_of, load, object_of, objects, same
from worker.cli.tester_action import answer_action
from worker.cli.tester_event import answer_event
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject

NOW_MS = 1_700_000_000_000
"""The clock of the recording of customerio_e2e.json."""

DEVIATIONS = {str(row["id"]) for row in objects(load("customerio_known_deviations.json"))}
"""Rows in which Segment is wrong; test_known_deviations.py says what we do instead."""

SETTLED = {
    "rd_ts_missing": "where an action needs a time and the event has none, receivedAt goes before the clock",
}
"""Rows that an explicit decision of the design contradicts."""

NOT_ABOUT_COMMANDS = {"HTTPError", "Error"}
"""Recorded errors that are the answer of the far side."""


def action_rows() -> Iterator[tuple[str, str | None]]:
    """The id of each row of customerio.json, and why it is not met, or None."""
    for row in objects(load("customerio.json")):
        request = {key: row[key] for key in ("action", "mapping", "settings", "events", "mode")}
        if "now_ms" in row:
            request["now"] = row["now_ms"]
        answer = answer_action(request, lambda: NOW_MS / 1000)
        yield str(row["id"]), action_problem(answer, object_of(row["expect"]))


def action_problem(answer: JsonObject, expect: JsonObject) -> str | None:
    error = object_of(expect.get("error") or {})
    if error and error["name"] not in NOT_ABOUT_COMMANDS:
        return None if answer.get("error") == error["message"] else f"{answer} is not the error {error['message']!r}"
    ours, recorded = answer.get("commands"), commands_of(expect["requests"])
    if not isinstance(ours, list) or not same(ours, recorded):
        return f"{ours or answer} is not {recorded}"
    statuses = objects(expect.get("multistatus") or [])
    results = objects(answer.get("results") or [])
    for at, status in enumerate(statuses):
        if status.get("errormessage") != results[at].get("error"):
            return f"event {at}: {results[at]} is not {status}"
    return None


def event_rows() -> Iterator[tuple[str, str | None]]:
    """The id of each row of customerio_e2e.json, and why it is not met, or None."""
    settings = ActionSettings()
    subscriptions = Subscriptions.compile(automatic(settings), settings)
    for case in objects(object_of(load("customerio_e2e.json"))["cases"]):
        if case["id"] in DEVIATIONS or case["id"] in SETTLED:
            continue
        answer = answer_event(object_of(case["event"]), subscriptions, lambda: NOW_MS / 1000)
        yield str(case["id"]), event_problem(objects(answer["matches"]), objects(case["matches"]))


def event_problem(ours: list[JsonObject], recorded: list[JsonObject]) -> str | None:
    own = {match["preset"]: match for match in ours}
    if [match["preset"] for match in recorded] != [match["preset"] for match in ours]:
        return f"{list(own)} match, not {[match['preset'] for match in recorded]}"
    for theirs in recorded:
        match = own[theirs["preset"]]
        if "error" in theirs:
            if match.get("error") != object_of(theirs["error"])["message"]:
                return f"{match} is not the error {theirs['error']}"
        elif not same(commands_in(match), commands_of(theirs["requests"])):
            return f"{match} is not {theirs}"
    return None


def commands_in(match: JsonObject) -> list[Json]:
    commands = match.get("commands")
    return commands if isinstance(commands, list) else []


@pytest.mark.parametrize(
    ("file", "rows", "rows_min"), [("customerio.json", action_rows, 200), ("customerio_e2e.json", event_rows, 100)]
)
def test_recorded_rows_are_met(file: str, rows: Callable[[], Iterator[tuple[str, str | None]]], rows_min: int) -> None:
    problems = dict(rows())
    unmet = {row: problem for row, problem in problems.items() if problem is not None}
    met = len(problems) - len(unmet)
    print(f"\n{file}: {met} of {len(problems)} rows met")  # noqa: T201 - the report of this test
    for row, problem in unmet.items():
        print(f"  not met: {row}: {problem}")  # noqa: T201
    assert len(problems) >= rows_min
    assert not unmet
