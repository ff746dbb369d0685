from copy import deepcopy

import pytest

from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import UNDEFINED, MappingError, compile_mapping
from worker.segment.mapping.compiler import ROOT_KEY

PAYLOAD: JsonObject = {"a": 1, "s": "Text", "n": None, "o": {"x": {"y": 2}, "n": None}, "l": [{"p": 1}, {"q": 2}]}


def resolve(mapping: Json, payload: Json = PAYLOAD) -> Json:
    value = compile_mapping(mapping).resolve(payload)
    assert value is not UNDEFINED
    return value


def test_undefined_keys_are_removed_and_undefined_items_are_null() -> None:
    mapping: JsonObject = {"k": {"@path": "$.no"}, "o": {"k": {"@path": "$.no"}, "a": 1}, "l": [{"@path": "$.no"}, 1]}
    assert resolve(mapping) == {"o": {"a": 1}, "l": [None, 1]}


def test_a_directive_alone_may_have_no_value() -> None:
    assert compile_mapping({"@path": "$.no"}).resolve(PAYLOAD) is UNDEFINED


def test_metadata_beside_a_directive_means_nothing() -> None:
    assert resolve({"v": {"@path": "$.a", "_metadata": {"label": "A"}}}) == {"v": 1}
    assert resolve({"v": {"_metadata": {"label": "A"}, "@path": "$.a"}}) == {"v": 1}


def test_what_is_no_directive_alone_is_none_inside_of_an_array() -> None:
    assert resolve({"v": [{"@path": "$.a", "b": 1}]}) == {"v": [{"@path": "$.a", "b": 1}]}


def test_null_is_a_value() -> None:
    assert resolve({"v": {"@path": "$.n"}, "w": {"@if": {"exists": {"@path": "$.n"}, "then": 1, "else": 2}}}) == {
        "v": None,
        "w": 2,
    }


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ({"exists": {"@path": "$.o"}, "then": {"@path": "$.o"}}, {"x": {"y": 2}, "n": None}),
        ({"exists": {"@path": "$.no"}, "then": {"@path": "$.no"}, "else": "e"}, "e"),
        ({"exists": {"@literal": 1}, "then": {"@literal": True}}, True),
        ({"blank": {"@literal": 0}, "then": "t", "else": "e"}, "e"),
        ({"blank": {"@literal": [[]]}, "then": "t", "else": "e"}, "e"),
        ({"blank": {"@literal": "0"}, "then": "t", "else": "e"}, "t"),
        ({"blank": {"@literal": "x"}, "exists": {"@path": "$.no"}, "then": "t", "else": "e"}, "e"),
        ({"exists": {"@path": "$.a"}, "then": {"k": {"@path": "$.no"}}, "else": "e"}, {}),
        ({"exists": {"@path": "$.no"}, "then": "t", "else": {"k": {"@path": "$.no"}}}, {}),
    ],
)
def test_conditions(condition: JsonObject, value: Json) -> None:
    resolved = resolve({"v": {"@if": condition}})
    assert isinstance(resolved, dict)
    assert resolved["v"] == value
    assert type(resolved["v"]) is type(value)


def test_the_root_key_gives_a_directive_the_rest_as_its_mapping() -> None:
    mapping: JsonObject = {ROOT_KEY: {"@transform": {"apply": {"b": {"@path": "$.o.x"}}}}, "v": {"@path": "$.b.y"}}
    assert resolve(mapping) == {"v": 2}


def test_a_payload_leaves_nothing_for_the_next() -> None:
    mapping = compile_mapping({"c": 1, "v": {"@path": "$.a"}})
    assert mapping.resolve({"a": 2}) == {"c": 1, "v": 2}
    assert mapping.resolve({}) == {"c": 1}


def test_results_that_directives_together_nest_too_deeply_are_refused() -> None:
    node: JsonObject = {"v": 1}
    for depth in range(27, 60, 3):
        deeper: Json = {"@path": "$.v"}
        for _ in range(depth):
            deeper = {"k": deeper}
        node = {"v": {"@transform": {"apply": node, "mapping": deeper}}}
    with pytest.raises(MappingError, match="the result nests too deeply"):
        resolve(node)


def test_a_merged_undefined_value_hides_the_one_before() -> None:
    merge: JsonObject = {"direction": "right", "objects": [{"a": 1, "b": 2}, {"a": {"@path": "$.no"}}]}
    assert resolve({"v": {"@merge": merge}}) == {"v": {"b": 2}}


@pytest.mark.parametrize("payload", [None, 1, "x", [], True])
def test_a_payload_must_be_an_object(payload: Json) -> None:
    with pytest.raises(MappingError, match="data must be an object, got"):
        compile_mapping({"a": 1}).resolve(payload)


@pytest.mark.parametrize("mapping", [None, 1, "x", [{"@path": "$.a"}]])
def test_a_mapping_must_be_an_object(mapping: Json) -> None:
    with pytest.raises(MappingError, match="a mapping must be an object"):
        compile_mapping(mapping)


def test_deep_mappings_are_refused() -> None:
    mapping: Json = {"@path": "$.a"}
    for _ in range(70):
        mapping = {"@literal": mapping}
    with pytest.raises(MappingError, match="64 levels"):
        compile_mapping({"v": mapping})


def test_mapping_and_payload_stay_as_they_are() -> None:
    mapping: JsonObject = {
        "r": {"@replace": {"pattern": "T", "value": {"@path": "$.s"}}},
        "t": {"@transform": {"apply": {"l": {"@path": "$.l"}}, "mapping": {"@path": "$.l"}}},
        "e": {"@excludeWhenNull": {"@path": "$.o"}},
        "f": {"@flatten": {"separator": ".", "value": {"@path": "$.o"}}},
    }
    mapping_before, payload_before = deepcopy(mapping), deepcopy(PAYLOAD)
    assert resolve(mapping) == {
        "r": "ext",
        "t": [{"p": 1}, {"q": 2}],
        "e": {"x": {"y": 2}},
        "f": {"x.y": 2, "n": None},
    }
    assert mapping == mapping_before
    assert payload_before == PAYLOAD


def test_liquid_is_refused_in_words() -> None:
    with pytest.raises(MappingError, match="@liquid is not supported"):
        compile_mapping({"v": {"@liquid": "{{ a }}"}})
