import pytest

from worker.jsontypes import Json
from worker.segment.mapping import MappingError, validate_mapping
from worker.segment.mapping.compiler import ROOT_KEY


@pytest.mark.parametrize(
    ("mapping", "problems"),
    [
        ({"a": {"@oops": 1}}, ["/a has an invalid directive: @oops."]),
        ({"@path": "$.a", "@if": {}, "b": 1}, ["/ should only have one @-prefixed key but it has 2 keys."]),
        ({"a": {"@path": "$.a", "b": 1}}, ["/a should only have one @-prefixed key but it has 2 keys."]),
        ({"a": {"b": {"@path": 1}}}, ["/a/b/@path should be a string or a mapping directive but it is a number."]),
        (
            {"a": {"@path": {"@path": 1}}},
            ["/a/@path/@path should be a string or a mapping directive but it is a number."],
        ),
        (
            {"a": {"@literal": {"@path": 1}}},
            ["/a/@literal/@path should be a string or a mapping directive but it is a number."],
        ),
        ({"a": {"@if": 5}}, ["/a/@if should be an object but it is a number."]),
        ({"a": {"@if": {"@path": "$.x"}}}, ["/a/@if should be an object but it is a directive."]),
        (
            {"a": {"@replace": {"replacement": 5, "value": {"@path": []}}}},
            ["/a/@replace/value/@path should be a string or a mapping directive but it is an array."],
        ),
        (
            {"a": {"@replace": {"pattern": "", "value": None, "global": "x"}}},
            [
                "/a/@replace/pattern should be a string of length 1 or greater.",
                "/a/@replace/value should be a string or a mapping directive but it is a null.",
                "/a/@replace/global should be a boolean but it is a string.",
            ],
        ),
        (
            {"a": {"@json": {"mode": 'x"'}}, "b": {"@template": True}},
            [
                '/a/@json should have field "value" but it doesn\'t.',
                '/a/@json/mode should be one of encode, decode but it is "x\\"".',
                "/b/@template should be a string or a mapping directive but it is a boolean.",
            ],
        ),
        ({"a": {"@json": {"mode": 5, "value": "x"}}}, ["/a/@json/mode should be a string but it is a number."]),
        (
            {"a": {"@arrayPath": []}},
            ["/a/@arrayPath should be a string or a mapping directive but it is an undefined."],
        ),
        ({"a": {"@replace": {"pattern": "x"}}}, ['/a/@replace should have field "value" but it doesn\'t.']),
        ({"a": {"@flatten": {"separator": "."}}}, ['/a/@flatten should have field "value" but it doesn\'t.']),
        ({"a": {"@transform": {"apply": {}}}}, ['/a/@transform should have field "mapping" but it doesn\'t.']),
        ({"a": {"@merge": {"direction": "left"}}}, ['/a/@merge should have field "objects" but it doesn\'t.']),
        (
            {"a": {"@merge": {"direction": "up", "objects": 1}}},
            [
                '/a/@merge/direction should be one of left, right but it is "up".',
                "/a/@merge/objects should be an array but it is a number.",
            ],
        ),
        (
            {"a": {"@merge": {"objects": [{}, {"@path": 1}, 5]}}},
            ["/@path should be a string or a mapping directive but it is a number."],
        ),
        ({ROOT_KEY: {"@transform": {}, "@merge": {}}}, ["The root mapping must only have a single directive object"]),
        ({ROOT_KEY: {"@transform": "x"}}, ["The root directive must be an object"]),
        ({ROOT_KEY: 5}, ["The root directive must be an object"]),
        (
            {ROOT_KEY: {"@transform": {}}, "a": 1},
            ['/@transform should have field "apply" but it doesn\'t.'],
        ),
    ],
)
def test_problems(mapping: Json, problems: list[str]) -> None:
    with pytest.raises(MappingError) as caught:
        validate_mapping(mapping)
    assert list(caught.value.problems) == problems
    assert str(caught.value) == "\n".join(problems)


@pytest.mark.parametrize(
    "mapping",
    [{}, {"a": [{"@oops": 1}]}, {"a": {"_metadata": 1, "@literal": {"x": 1}}}, {"a": {"@if": {"exists": 1}}}, 5],
)
def test_valid_mappings(mapping: Json) -> None:
    validate_mapping(mapping)
