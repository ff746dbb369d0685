"""The event tester's lines for webhooks."""

import orjson
import pytest

from tests.metrics.payloads import load, make_body, synthetic_webhooks
from worker.cli.tester_webhook import answer_webhook
from worker.jsontypes import JsonObject
from worker.metrics.settings import MetricsSettings


@pytest.mark.parametrize("row", load("golden.json"), ids=lambda row: row["name"])
def test_golden(row: JsonObject) -> None:
    request: JsonObject = {key: row[key] for key in ("webhook", "settings") if key in row}
    assert orjson.loads(orjson.dumps(answer_webhook(request))) == {"track": row["track"]}


def test_a_bare_webhook_and_a_wrapped_one_are_answered_alike() -> None:
    for _, body in synthetic_webhooks():
        answer = answer_webhook(body)
        assert answer.keys() == {"track"}
        assert answer_webhook({"webhook": body}) == answer


def test_the_id_is_no_part_of_the_webhook() -> None:
    assert answer_webhook(make_body() | {"id": 7}) == answer_webhook({"id": None, "webhook": make_body()})


def test_skipped() -> None:
    request: JsonObject = {"id": "a", "webhook": make_body(), "settings": {"events": ["sms_sent"]}}
    assert answer_webhook(request) == {"skipped": "not_enabled"}


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "event_id is missing"),
        ({"id": 1}, "event_id is missing"),
        ({"webhook": None}, "webhook must be an object, not null"),
        ({"webhook": make_body() | {"timestamp": "x"}}, "timestamp must be a number"),
        ({"webhook": make_body(), "settings": []}, "settings must be an object, not an array"),
        ({"webhook": make_body(), "settings": {"loop_back": 1}}, "Expected `bool`"),
        ({"webhook": make_body(), "settings": {"events": ["email_opend"]}}, "did you mean 'email_opened'"),
        ({"webhook": make_body(identifiers=None)}, "no id, no email and no cio_id"),
    ],
)
def test_errors(request_: JsonObject, words: str) -> None:
    answer = answer_webhook(request_)
    assert answer.keys() == {"error"}
    assert words in str(answer["error"])


def test_the_requests_settings_go_over_the_given_ones() -> None:
    given = MetricsSettings(loop_back=True, version=1, events=frozenset({"email_opened"}))
    assert answer_webhook(make_body("sms", "sent"), given) == {"skipped": "not_enabled"}
    answer = answer_webhook({"webhook": make_body(), "settings": {"version": 2}}, given)
    assert isinstance(answer["track"], dict)
    assert answer["track"]["integrations"] == {"Customer.io": True}
    assert b'"version":"2.0.0"' in orjson.dumps(answer)
