import pytest

from worker.cli.tester_language import answer_fql, answer_mapping
from worker.jsontypes import JsonObject


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ({"fql": 'type = "track"', "event": {"type": "track"}}, {"match": True}),
        ({"fql": 'type = "track"', "event": {}}, {"match": False}),
        (
            {"fql": "properties.price>5", "event": {}},
            {
                "match": False,
                "error": "expected a space or an operator after the name, not '>'\n"
                "properties.price>5\n                ^",
            },
        ),
        ({"event": {}}, {"match": False, "error": "fql must be a string"}),
        ({"fql": 'type = "track"', "event": []}, {"match": False, "error": "event must be an object"}),
    ],
)
def test_fql(request_: JsonObject, answer: JsonObject) -> None:
    assert answer_fql(request_) == answer


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ({"mapping": {"a": {"@path": "$.x"}}, "payload": {"x": 1}}, {"value": {"a": 1}}),
        ({"mapping": {"@path": "$.x"}, "payload": {}}, {}),
        ({"mapping": {"@path": "$.x"}, "payload": {"x": None}}, {"value": None}),
        ({"mapping": {"a": 1}}, {"value": {"a": 1}}),
        ({"mapping": {"a": 1}, "payload": 5}, {"error": "data must be an object, got number"}),
        ({"mapping": {"@x": 1}, "payload": {}}, {"error": "/ has an invalid directive: @x."}),
        ({"mapping": {"@x": 1}, "validate": True}, {"valid": False, "error": "/ has an invalid directive: @x."}),
        ({"mapping": {"a": 1}, "validate": True}, {"valid": True}),
    ],
)
def test_mapping(request_: JsonObject, answer: JsonObject) -> None:
    assert answer_mapping(request_) == answer
