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
        ("}{{a}}", "}b"),
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
    with pytest.raises(MappingError, match="longer than"):
        resolve({"@replace": {"pattern": "a", "replacement": "bb", "value": {"@path": "$.a"}}}, {"a": "a" * MAX_TEXT})


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
        ({"pattern": "A", "replacement": "<$`>"}, "Straße a<Straße a>ſ"),
        ({"pattern": "a", "replacement": "-", "ignorecase": True, "global": False}, "Str-ße aAſ"),
        ({"pattern": "a", "pattern2": "", "replacement2": "x"}, "Strße Aſ"),
        ({"pattern": "A", "replacement": "-", "ignorecase": True, "value": "ŉaŉa"}, "ŉ-ŉ-"),
        ({"pattern": "É", "replacement": "-", "ignorecase": True, "value": "éß"}, "-ß"),
    ],
)
def test_replacements(options: JsonObject, text: str) -> None:
    assert resolve({"@replace": {"value": {"@path": "$.t"}, **options}}) == text


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
        ({"@json": {"mode": "encode", "value": [{}, [], {"@path": "$.no"}, "é\ud800"]}}, '[{},[],null,"é\\ud800"]'),
        ({"@json": {"mode": "encode", "value": {"@path": "$.no"}}}, "undefined"),
        (
            {"@json": {"mode": "encode", "value": {"²": 1, "01": 2, "4294967295": 3, "9" * 19: 4, "4294967294": 5}}},
            '{"4294967294":5,"²":1,"01":2,"4294967295":3,"9999999999999999999":4}',
        ),
        ({"@json": {"mode": "decode", "value": '{"a":[1]}'}}, {"a": [1]}),
        ({"@json": {"mode": "decode", "value": "{a}"}}, "{a}"),
        ({"@json": {"mode": "decode", "value": "[" * 100 + "]" * 100}}, "[" * 100 + "]" * 100),
        ({"@json": {"mode": "Encode", "value": "x"}}, "undefined"),
        ({"@case": {"operator": "upper", "value": {"@path": "$.t"}}}, "STRASSE AAS"),
        ({"@case": {"operator": "lower", "value": {"@path": "$.n"}}}, 1e21),
        ({"@arrayPath": ["$.l", {"x": {"@path": "$"}}]}, [{}, {}]),
        ({"@arrayPath": ["$.o", {"x": {"@path": "$.k"}}]}, [{"x": "v"}]),
        ({"@arrayPath": ["$.a", {"x": {"@path": "$.k"}}]}, "b"),
        ({"@arrayPath": ["$.l", "x"]}, [1, [2, None]]),
        ({"@if": {"exists": {"@path": "$.a"}, "else": "e"}}, "undefined"),
        (
            {
                "@transform": {
                    "apply": {"@path": "$.no"},
                    "mapping": {"@transform": {"apply": {"a": 1}, "mapping": {"@path": "$.a"}}},
                }
            },
            1,
        ),
        ({"@flatten": {"separator": "_", "value": {"@path": "$.l"}}}, {"0": 1, "1_0": 2, "1_1": None}),
        (
            {"@merge": {"direction": "left", "objects": [{"a": 1}, {"a": 2}, {"@path": "$.l"}]}},
            {"a": 1, "0": 1, "1": [2, None]},
        ),
        ({"@path": {"@template": "$.{{a}}"}}, "{{a}}"),
        ({"@path": "$.$.a"}, "undefined"),
        ({"@path": {"@literal": "$.$.a"}}, "undefined"),
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
        (
            {"@replace": {"pattern": "b", "pattern2": "x" * 11, "value": {"@path": "$.a"}}},
            '@replace requires a "pattern" less than 10 characters',
        ),
        (
            {"@replace": {"pattern": "b", "pattern2": "x", "replacement2": "x" * 11, "value": {"@path": "$.a"}}},
            '@replace requires a "replacement" less than 10 characters',
        ),
        # nothing inside of arrays is validated
        ([{"@oops": 1}], "@oops is not a valid directive, got undefined"),
        ([{"@if": 1}], '@if requires an object with an "exists" key'),
        ([{"@case": 1}], '@case requires an object with a "operator" key'),
        ([{"@json": 1}], '@json requires an object with a "value" key'),
        ([{"@replace": 1}], '@replace requires a "pattern" key'),
        ([{"@replace": {"value": "x"}}], '@replace requires a "pattern" key'),
        ([{"@arrayPath": 1}], "@arrayPath expected array, got number"),
        ([{"@flatten": 1}], '@flatten requires a "separator" key'),
        ([{"@flatten": {"separator": 1}}], "@flatten requires a string separator"),
        ([{"@merge": 1}], '@merge requires a "direction" key'),
        ([{"@merge": {"direction": "left"}}], '@merge requires a "objects" key'),
        ([{"@merge": {"direction": "left", "objects": 1}}], "@merge: expected opts.array, got number"),
        ([{"@transform": 1}], '@transform requires an object with an "apply" key and a "mapping" key'),
        ([{"@transform": {"apply": {}}}], '@transform requires a "mapping" key'),
        ([{"@transform": {"mapping": {}}}], '@transform requires a "apply" key'),
        ([{"@transform": {"apply": 1, "mapping": {}}}], '@transform "apply" key should be an object'),
        ([{"@transform": {"apply": {"a": {"@oops": 1}}, "mapping": {}}}], "/a has an invalid directive: @oops."),
    ],
)
def test_what_validation_lets_pass_fails_on_the_payload(directive: Json, message: str) -> None:
    mapping = compile_mapping({"v": directive})
    with pytest.raises(MappingError) as caught:
        mapping.resolve(PAYLOAD)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "option", [{"pattern": 1}, {"replacement": 1}, {"ignorecase": "x"}, {"global": 0}, {"value": {"@path": "$.l"}}]
)
def test_a_replacement_with_an_option_of_a_wrong_type_is_an_empty_text(option: JsonObject) -> None:
    """Validation says so, but not inside of arrays."""
    assert compile_mapping({"v": [{"@replace": {"pattern": "x", "value": "xy", **option}}]}).resolve(PAYLOAD) == {
        "v": [""]
    }
