"""Whatever a mapping and a payload are, there is a value or a MappingError; and it never takes long."""

import time
import tracemalloc
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.segment.strategies import OBJECTS, SCALARS, VALUES
from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import UNDEFINED, MappingError, compile_mapping
from worker.segment.mapping.template import MAX_TEXT, render
from worker.segment.paths import get

NAMES = st.sampled_from(
    [
        *("@path", "@template", "@literal", "@if", "@case", "@replace", "@arrayPath", "@json", "@flatten", "@merge"),
        *("@transform", "@excludeWhenNull", "@liquid", "@oops", "_metadata", "a", "b"),
    ]
)
OPTIONS = st.sampled_from(
    [
        *("exists", "blank", "then", "else", "operator", "value", "pattern", "replacement", "ignorecase", "global"),
        *("pattern2", "replacement2", "mode", "separator", "omitArrays", "direction", "objects", "apply", "mapping"),
    ]
)
TEXTS = st.sampled_from(["$.a", "{{a}}", "{{{a.b}}}", "a", "lower", "encode", "decode", "left", "right", ".", "$&", ""])
MAPPINGS: st.SearchStrategy[Json] = st.recursive(
    SCALARS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=2)
        | st.dictionaries(NAMES, st.dictionaries(OPTIONS, inner, max_size=4), min_size=1, max_size=1)
    ),
    max_leaves=12,
)
PAYLOADS = OBJECTS | st.dictionaries(st.sampled_from(["a", "b"]), VALUES)


def holds_undefined(value: object) -> bool:
    if isinstance(value, dict):
        return any(holds_undefined(item) for item in value.values())
    return any(holds_undefined(item) for item in value) if isinstance(value, list) else value is UNDEFINED


@given(MAPPINGS, PAYLOADS)
def test_any_mapping_has_a_value_or_an_error(mapping: Json, payload: JsonObject) -> None:
    before = deepcopy((mapping, payload))
    with suppress(MappingError):
        value = compile_mapping(mapping).resolve(payload)
        assert value is UNDEFINED or not holds_undefined(value)
    assert (mapping, payload) == before


@pytest.mark.parametrize("part", ["{", "}", "{{", "{{a", "a}}", "{{{", "{{a}}", "}}}", " "])
def test_long_templates_take_linear_time(part: str) -> None:
    started = time.process_time()
    with suppress(MappingError):
        render(part * 40_000, {"a": "x"})
    assert time.process_time() - started < 5


@pytest.mark.parametrize("part", ["[", "]", "]'", ".", "['", "0]", "a"])
def test_long_paths_take_linear_time(part: str) -> None:
    started = time.process_time()
    get({"a": {}}, part * 100_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "directive",
    [
        {"@replace": {"pattern": "aaaaaaaaab", "ignorecase": True, "value": {"@path": "$.s"}}},
        {"@replace": {"pattern": "a", "replacement": "$`", "value": {"@path": "$.s"}}},
        {"@json": {"mode": "decode", "value": {"@path": "$.s"}}},
        {"@flatten": {"separator": ".", "value": {"@path": "$.l"}}},
        {"@json": {"mode": "encode", "value": {"@path": "$"}}},
        {"@merge": {"direction": "right", "objects": [{"@path": "$.s"}, {"@path": "$.l"}]}},
    ],
)
def test_long_values_take_linear_time(directive: JsonObject) -> None:
    mapping = compile_mapping({"v": directive})
    payload: JsonObject = {"s": "a" * 200_000, "l": [*range(100_000)]}
    started = time.process_time()
    with suppress(MappingError):
        mapping.resolve(payload)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("replacement", ["$$", "[$&]", "$1"])
@pytest.mark.parametrize("ignore_case", [False, True])
def test_replacing_with_what_is_found_takes_linear_time(replacement: str, ignore_case: bool) -> None:
    options: JsonObject = {"pattern": "aa", "replacement": replacement, "ignorecase": ignore_case}
    mapping = compile_mapping({"v": {"@replace": {**options, "value": {"@path": "$.s"}}}})
    started = time.process_time()
    mapping.resolve({"s": "a" * (MAX_TEXT // 2)})
    assert time.process_time() - started < 5


LONG = "\N{GRINNING FACE}" + "x" * 60_000


@pytest.mark.parametrize(
    ("directive", "payload"),
    [
        ({"@template": "{{{t}}}"}, {"t": "{{p}}" * 10_000, "p": LONG}),
        ({"@template": {"@path": "$.t"}}, {"t": "{{{p}}}" * 10_000, "p": LONG}),
        ({"@flatten": {"separator": ".", "value": {"@path": "$.p"}}}, {"p": {LONG: {str(i): 1 for i in range(9000)}}}),
        ({"@flatten": {"separator": ".", "value": {"@path": "$.p"}}}, {"p": {LONG: [{}] * 20_000}}),
    ],
)  # fmt: skip
def test_what_an_event_would_make_huge_is_refused_before_it_takes_the_memory(
    directive: JsonObject, payload: JsonObject
) -> None:
    mapping = compile_mapping({"v": directive})
    tracemalloc.start()
    try:
        with pytest.raises(MappingError, match=f"longer than {MAX_TEXT} characters"):
            mapping.resolve(payload)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MAX_TEXT


def test_nesting_that_directives_make_together_ends_in_words() -> None:
    inner: Json = {"@path": "$.v"}
    for _ in range(20):
        inner = {"@transform": {"apply": {"v": {"k": [[[[{"@path": "$.v"}]]]]}}, "mapping": inner}}
    deep: Json = {}
    for _ in range(60):
        deep = [deep]
    with suppress(MappingError):
        compile_mapping({"v": {"@json": {"mode": "encode", "value": inner}}}).resolve({"v": deep})
