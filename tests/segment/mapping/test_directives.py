"""Single directives; the recorded rows of test_conformance.py hold many more."""

import pytest

from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import MappingError, compile_mapping
from worker.segment.mapping.template import MAX_TEXT, compile_template, render

PAYLOAD: JsonObject = {"a": "b", "b": "{{a}}", "n": 1e21, "l": [1, [2, None]], "o": {"k": "v"}, "t": "Straße aAſ"}


def resolve(directive: JsonObject, payload: JsonObject = PAYLOAD) -> Json:
    result = compile_mapping({"v": directive}).resolve(payload)
    assert isinstance(result, dict)
    return result.get("v", "undefined")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{a}}", "b"),
        ("<{{ a }}{{\ufeffo.k\u00a0}}>", "<bv>"),
        ("{{{b}}}", "b"),
        ("{{b}}", "{{a}}"),
        ("{{n}} {{l}} {{o}} {{no}}", "1e+21 1,2, [object Object] "),
        ("{{}} {{a} {{{a}}", "{{}} {{a} "),
        ("}} {{a}}", "}} b"),
        ("{{o}}}", "[object Object]}"),
        ("{{a\n}}", "b"),
    ],
)
def test_templates(template: str, text: str) -> None:
    assert compile_template(template)(PAYLOAD) == text
    assert render(template, PAYLOAD) == text


def test_a_text_that_grows_too_long_is_refused() -> None:
    with pytest.raises(MappingError, match="longer than"):
        resolve({"@template": "{{a}}{{a}}"}, {"a": "x" * MAX_TEXT})
    with pytest.raises(MappingError, match="longer than"):
        resolve({"@replace": {"pattern": "a", "replacement": "$`$'$`$'", "value": {"@path": "$.a"}}}, {"a": "a" * 5000})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"pattern": "a", "replacement": "-"}, "Str-ße -Aſ"),
        ({"pattern": "a", "replacement": "-", "ignorecase": True}, "Str-ße --ſ"),
        ({"pattern": "S", "replacement": "-", "ignorecase": True}, "-traße aAſ"),
        ({"pattern": "ß", "replacement": "[$&]"}, "Stra[ß]e aAſ"),
        ({"pattern": "a", "replacement": "$$", "global": False}, "Str$ße aAſ"),
        ({"pattern": "a", "replacement": "$1"}, "Str$1ße $1Aſ"),
        ({"pattern": "raße aAſ", "replacement": "$`|$'"}, "StSt|"),
        ({"pattern": "A", "replacement": "$$&$&$", "ignorecase": True}, "Str$&a$ße $&a$$&A$ſ"),
        ({"pattern": "a", "replacement": "$$&$&$"}, "Str$&a$ße $&a$Aſ"),
        ({"pattern": "a", "pattern2": "A", "replacement2": "x"}, "Strße xſ"),
        ({"pattern": ".", "replacement": "x"}, "Straße aAſ"),
    ],
)
def test_replacements(options: JsonObject, text: str) -> None:
    assert resolve({"@replace": {**options, "value": {"@path": "$.t"}}}) == text


def test_patterns_that_look_like_a_replacement_s_own_signs() -> None:
    for pattern in ("$&", "$`", "$'", "$$"):
        options: JsonObject = {"pattern": pattern, "replacement": "<$&$`>", "value": f"a{pattern}b"}
        assert resolve({"@replace": options}) == f"a<{pattern}a>b"
        assert resolve({"@replace": {**options, "replacement": "<$&>"}}) == f"a<{pattern}>b"


@pytest.mark.parametrize(
    ("directive", "value"),
    [
        ({"@json": {"mode": "encode", "value": {"@path": "$.o"}}}, '{"k":"v"}'),
        (
            {"@json": {"mode": "encode", "value": {"b": 1.0, "1": {"@path": "$.no"}, "0": [1e21, "\u2028"]}}},
            '{"0":[1e+21,"\u2028"],"b":1}',
        ),
        ({"@json": {"mode": "encode", "value": {"z": 1, "a": 2, "10": 3, "9": 4}}}, '{"9":4,"10":3,"z":1,"a":2}'),
        ({"@json": {"mode": "decode", "value": '{"a":[1]}'}}, {"a": [1]}),
        ({"@json": {"mode": "decode", "value": "{a}"}}, "{a}"),
        ({"@json": {"mode": "decode", "value": "[" * 100 + "]" * 100}}, "[" * 100 + "]" * 100),
        ({"@json": {"mode": "Encode", "value": "x"}}, "undefined"),
        ({"@case": {"operator": "upper", "value": {"@path": "$.t"}}}, "STRASSE AAS"),
        ({"@case": {"operator": "lower", "value": {"@path": "$.n"}}}, 1e21),
        ({"@arrayPath": ["$.l", {"x": {"@path": "$"}}]}, [{}, {}]),
        ({"@arrayPath": ["$.o", {"x": {"@path": "$.k"}}]}, [{"x": "v"}]),
        ({"@flatten": {"separator": "_", "value": {"@path": "$.l"}}}, {"0": 1, "1_0": 2, "1_1": None}),
        (
            {"@merge": {"direction": "left", "objects": [{"a": 1}, {"a": 2}, {"@path": "$.l"}]}},
            {"a": 1, "0": 1, "1": [2, None]},
        ),
        ({"@path": {"@template": "$.{{a}}"}}, "{{a}}"),
        ({"@path": "$.l.length"}, 2),
        ({"@path": "$.a.length.x"}, "undefined"),
    ],
)
def test_directives(directive: JsonObject, value: Json) -> None:
    assert resolve(directive) == value


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ({"@path": {"@path": "$.no"}}, "@path: expected string, got undefined"),
        ({"@template": {"@path": "$.o"}}, "@template: expected string, got object"),
        ({"@if": {"exists": 0, "then": 1}}, '@if requires an "exists" key or a "blank" key'),
        (
            {"@case": {"operator": "x", "value": {"@path": "$.a"}}},
            'operator key should have a value of "lower" or "upper"',
        ),
        ({"@merge": {"objects": []}}, '@merge requires a "direction" key'),
        ({"@flatten": {"value": {}}}, '@flatten requires a "separator" key'),
    ],
)
def test_what_validation_lets_pass_fails_on_the_payload(directive: JsonObject, message: str) -> None:
    mapping = compile_mapping({"v": directive})
    with pytest.raises(MappingError) as caught:
        mapping.resolve(PAYLOAD)
    assert str(caught.value) == message
