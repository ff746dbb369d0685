"""The event tester as a program uses it, and as people do."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.destination.factories import TIMESTAMP, device, event
from tests.metrics.payloads import make_body
from worker.cli.tester import app
from worker.cli.tester_explain import NOTHING_SENT
from worker.jsontypes import Json, JsonObject

TRACK = event("track", userId="u1", event="Order Completed", properties={"total": 9.99})


def ask(command: str, *lines: Json | bytes, options: tuple[str, ...] = ()) -> list[JsonObject]:
    """The answers to these lines; bytes are sent as they are."""
    sent = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    result = CliRunner().invoke(app, [command, *options], input=sent)
    assert result.exit_code == 0, result.output
    return [orjson.loads(line) for line in result.stdout.splitlines()]


def explained(command: str, request: Json, options: tuple[str, ...] = ("--explain",)) -> str:
    result = CliRunner().invoke(app, [command, *options], input=orjson.dumps(request, option=orjson.OPT_INDENT_2))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_an_event_is_answered_with_its_matches() -> None:
    (answer,) = ask("event", TRACK)
    assert answer == {
        "matches": [
            {
                "preset": "Track Event",
                "action": "trackEvent",
                "commands": [
                    {
                        "type": "person",
                        "action": "event",
                        "identifiers": {"id": "u1"},
                        "attributes": {"total": 9.99, "anonymous_id": "anon-1"},
                        "timestamp": TIMESTAMP,
                        "name": "Order Completed",
                        "id": "msg-1",
                    }
                ],
            }
        ]
    }


def test_an_event_that_its_integrations_rule_out_says_so(tmp_path: Path) -> None:
    config = tmp_path / "workspace.yaml"
    config.write_text("destination: {integration_names: [Customer.io]}")
    ruled_out = TRACK | {"integrations": {"Customer.io": False}}
    options = ("--config", str(config))
    assert ask("event", ruled_out, options=options) == [{"matches": [], "ruled_out": "integrations"}]
    assert "Its integrations rule this event out." in explained("event", ruled_out, (*options, "--explain"))
    assert ask("event", TRACK, options=options)[0]["matches"]
    assert ask("event", ruled_out)[0]["matches"]


def test_lines_are_answered_in_order_each_with_its_id() -> None:
    page = event("page", userId="u1")
    answers = ask("event", {"id": 7, "event": TRACK}, page, b"not json", b"[1]", b"", {"id": "x", "event": page})
    assert [answer.get("id") for answer in answers] == [7, None, None, None, None, "x"]
    missing = {"preset": "Track Page View", "action": "trackPageView"}
    missing["error"] = "The root value is missing the required field 'url'."
    assert answers[1] == {"matches": [missing]}
    assert answers[5] == {"id": "x", "matches": [missing]}
    for refused in answers[2:5]:
        assert set(refused) == {"error"}


@pytest.mark.parametrize(
    "line",
    [
        b'{"type": "track", "event": "X", "userId": "u", "properties": {"a": NaN}}',
        b'{"type": "track", "event": "\\ud800"}',
        b'{"a": ' * 100 + b"1" + b"}" * 100,
        b"\xff\xfe",
        b"{",
    ],
)
def test_what_is_no_json_is_an_error_and_the_run_goes_on(line: bytes) -> None:
    refused, answered = ask("event", line, TRACK)
    assert "error" in refused
    assert "matches" in answered


@pytest.mark.parametrize("odd", [{}, {"type": 5}, {"type": "import"}, {"event": {"a": 1}}, {"type": "Track"}])
def test_what_is_no_event_matches_nothing(odd: JsonObject) -> None:
    (answer,) = ask("event", odd)
    assert answer["matches"] == []
    assert "type" in str(answer["refused"])


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"context": []}, "context must be an object but it is an array"),
        ({"userId": True}, "userId must be a string or a number but it is a boolean"),
    ],
)
def test_an_event_that_the_worker_would_refuse_says_so(part: JsonObject, reason: str) -> None:
    answers = ask("event", TRACK | part, {"id": 1, "event": TRACK | part})
    assert [answer["refused"] for answer in answers] == [reason, reason]
    assert [bool(answer["matches"]) for answer in answers] == [True, True], "what the actions say is still shown"
    told = explained("event", TRACK | part)
    assert told.startswith(f"The worker would refuse this event: {reason}\n"), "in a pipe no line is broken"


def test_the_configuration_decides(tmp_path: Path) -> None:
    config = tmp_path / "workspace.yaml"
    config.write_text("destination: {subscriptions: [{preset: Track Event, enabled: false}]}")
    assert ask("event", TRACK, options=("--config", str(config))) == [{"matches": []}]


@pytest.mark.parametrize("options", [["event"], ["webhook"], ["event", "--send"]])
def test_a_wrong_configuration_is_said(options: list[str], tmp_path: Path) -> None:
    config = tmp_path / "workspace.yaml"
    config.write_text("kafak: {}")
    result = CliRunner().invoke(app, [*options, "--config", str(config)], input=b"")
    assert result.exit_code == 2
    assert "did you mean kafka" in result.output


def test_an_action_is_answered_with_its_commands() -> None:
    mapping: JsonObject = {"id": {"@path": "$.userId"}, "name": {"@path": "$.event"}, "data": {"@path": "$.properties"}}
    request: JsonObject = {"action": "trackEvent", "mapping": mapping, "settings": {"siteId": "s"}, "mode": "single"}
    sent: JsonObject = {"type": "person", "action": "event", "identifiers": {"id": "u1"}, "name": "Order Completed"}
    sent["attributes"] = {"total": 9.99}
    bad: JsonObject = {"userId": "u1", "properties": {}}
    error = "The root value is missing the required field 'name'."
    assert ask(
        "action",
        {**request, "id": 1, "events": [TRACK]},
        {**request, "events": [bad]},
        {**request, "events": [TRACK, bad], "mode": "batch"},
    ) == [
        {"id": 1, "commands": [sent]},
        {"error": error},
        {"commands": [sent], "results": [{"commands": [sent]}, {"error": error}]},
    ]


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({}, "There is no action None"),
        ({"action": "trackEvnt"}, "There is no action 'trackEvnt'"),
        ({"action": "trackEvent"}, "events must be a list"),
        ({"action": "trackEvent", "events": [], "mapping": []}, "mapping must be an object"),
        (
            {"action": "trackEvent", "events": [], "mapping": {"name": {"@nothing": 1}}},
            "/name has an invalid directive",
        ),
        ({"action": "trackEvent", "events": [5]}, "An event must be an object."),
        ({"action": "trackEvent", "events": [], "settings": {"identifiers": "phone"}}, "Invalid enum value"),
    ],
)
def test_a_wrong_action_request_is_an_error(request_: JsonObject, error: str) -> None:
    (answer,) = ask("action", request_)
    assert error in str(answer["error"])


@pytest.mark.parametrize(
    ("fields", "time"),
    [
        ({"receivedAt": "2023-06-01T12:00:00Z"}, TIMESTAMP),
        ({"receivedAt": "2023-06-01T12:00:00Z", "timestamp": "2023-06-01T12:00:09Z"}, TIMESTAMP + 9),
        ({}, 1_700_000_000),
    ],
)
def test_an_action_that_needs_a_time_finds_one(fields: JsonObject, time: int) -> None:
    report: JsonObject = {"properties": {"deliveryId": "d", "metric": "opened"}, **fields}
    (answer,) = ask("action", {"action": "reportDeliveryEvent", "events": [report], "now": 1_700_000_000_000})
    assert answer == {"commands": [{"delivery_id": "d", "metric": "opened", "timestamp": time}]}


def test_triggers_and_mappings() -> None:
    assert ask("fql", {"fql": 'type = "track"', "event": TRACK, "id": 1}) == [{"id": 1, "match": True}]
    assert ask("mapping", {"mapping": {"a": {"@path": "$.event"}}, "payload": TRACK}) == [
        {"value": {"a": "Order Completed"}}
    ]


ASKED: dict[str, JsonObject] = {
    "event": TRACK,
    "fql": {"fql": 'type = "track"', "event": TRACK},
    "mapping": {"mapping": {"@path": "$.event"}, "payload": TRACK},
    "action": {"action": "trackEvent", "events": [TRACK]},
    "webhook": {"webhook": make_body()},
}


@pytest.mark.parametrize("command", ASKED)
def test_json_is_what_counts_where_it_is_asked_for(command: str) -> None:
    """Whatever else is said: `--explain`, or a terminal, which is the same."""
    programs = ask(command, ASKED[command])
    assert ask(command, ASKED[command], options=("--json",)) == programs
    assert ask(command, ASKED[command], options=("--json", "--explain")) == programs


def test_people_see_what_matched_and_why_the_others_did_not() -> None:
    shown = explained("event", TRACK)
    assert "✓ Track Event" in shown
    assert '"name": "Order Completed"' in shown
    assert "· Track Page View" in shown
    assert NOTHING_SENT not in shown
    device_event = event("track", userId="u1", event="Application Opened", context=device(kind=None))
    refused = explained("event", device_event)
    assert "The root value is missing the required field 'platform'." in refused
    assert NOTHING_SENT in refused


def test_people_are_told_in_segments_words_that_nothing_was_sent(tmp_path: Path) -> None:
    config = tmp_path / "workspace.yaml"
    config.write_text("destination: {subscriptions: [{preset: Track Screen View, enabled: false}]}")
    screen = event("screen", userId="u1", name="Home")
    assert NOTHING_SENT in explained("event", screen, ("--explain", "--config", str(config)))
    assert "would refuse this event" in explained("event", {"type": "import"})


def test_what_would_steer_a_terminal_is_shown_harmless() -> None:
    data = event("track", userId="u\x1b]0;title\x07", event="\u202eX\x9b2J", properties={"a": "\u202e\x9b2J"})
    shown = explained("event", data)
    assert r"of u\x1b]0;title" in shown
    wrong: dict[str, JsonObject] = {
        "fql": {"fql": 'type = "\x1b[2J\u202e', "event": {}},
        "mapping": {"mapping": {"@\x1b[2J\u202e": "x"}, "payload": {}},
        "action": {"action": "trackEvent", "events": [data]},
        "webhook": {"webhook": make_body() | {"metric": "\u202e\x9b2J"}},
    }
    told = shown + "".join(explained(command, request) for command, request in wrong.items())
    assert not set("\x1b\x07\x9b\u202e") & set(told)


def test_people_see_each_condition_of_a_trigger() -> None:
    shown = explained("fql", {"fql": 'type = "track" and event = "X"', "event": TRACK})
    assert "does not match" in shown
    assert "Order Completed" in shown
    wrong = explained("fql", {"fql": 'type = "track" and (', "event": TRACK})
    assert "^" in wrong


def test_people_see_values_and_commands() -> None:
    assert '"Order Completed"' in explained("mapping", {"mapping": {"a": {"@path": "$.event"}}, "payload": TRACK})
    assert "✗" in explained("mapping", {"mapping": {"a": {"@nothing": 1}}, "payload": TRACK})
    assert "undefined" in explained("mapping", {"mapping": {"@path": "$.nothing"}, "payload": TRACK})
    batch: JsonObject = {"action": "trackEvent", "events": [TRACK, {}], "mode": "batch"}
    assert "✗ event 2: The root value" in explained("action", batch)


def test_a_file_is_read_like_standard_input(tmp_path: Path) -> None:
    lines = tmp_path / "events.ndjson"
    lines.write_bytes(orjson.dumps(TRACK) + b"\n" + orjson.dumps(TRACK) + b"\n")
    result = CliRunner().invoke(app, ["event", str(lines)])
    assert len(result.stdout.splitlines()) == 2
    missing = CliRunner().invoke(app, ["event", str(tmp_path / "none")])
    assert missing.exit_code == 2
    assert "can't be read: No such file" in missing.output


def test_a_file_may_be_one_object_over_several_lines(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    odd: JsonObject = {**TRACK, "properties": {"note": "a\nb\r"}}
    file.write_bytes(orjson.dumps(odd, option=orjson.OPT_INDENT_2).replace(b"\n", b"\r\n"))
    result = CliRunner().invoke(app, ["event", str(file)])
    assert [orjson.loads(line) for line in result.stdout.splitlines()] == ask("event", odd)


def test_people_see_what_is_wrong_in_its_place_with_the_line() -> None:
    wrong, right = b"{broken", b'{"mapping": {"@path": "$.a"}, "payload": {"a": %d}}'
    text = b"\n".join([right % 11, b"", wrong, right % 22, b"[]"])
    result = CliRunner().invoke(app, ["mapping", "--explain"], input=text)
    shown = [line.strip() for line in result.stdout.splitlines() if line.strip()]
    assert [line[:9] for line in shown] == ["11", "✗ line 3:", "22", "✗ line 5:"]


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"webhook": make_body() | {"timestamp": "x"}}, "✗ timestamp must be a number"),
        ({"webhook": make_body(), "settings": {"events": ["sms_sent"]}}, "skipped: not_enabled"),
        ({"webhook": make_body()}, '  {\n    "type": "track",'),
    ],
)
def test_a_webhook_is_explained_like_everything_else(request_: JsonObject, told: str) -> None:
    lines = explained("webhook", request_).splitlines()
    assert "\n".join(line.rstrip() for line in lines).startswith(told)
