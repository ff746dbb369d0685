"""The recorded rows of test_conformance_fields.py hold most of the rules."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.segment.strategies import VALUES
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import Field, FieldType, InvalidFields, compile_fields

URL = Field(name="url", label="Page URL", type="string", required=True)
DATA = Field(name="data", label="Event Attributes", type="object")
SIZE = Field(name="batch_size", label="Batch Size", type="number", minimum=2, maximum=100)
METRIC = Field(name="metric", label="Metric", type="string", choices=("sent", "opened", "clicked"))


def test_all_problems_are_told_in_segments_words() -> None:
    with pytest.raises(InvalidFields) as caught:
        compile_fields([DATA, SIZE, METRIC, URL]).coerce({"data": "x", "batch_size": "1", "metric": ["a"], "url": ""})
    assert caught.value.problems == (
        "The root value is missing the required field 'url'.",
        "Event Attributes must be an object but it was a string.",
        "Batch Size must be equal to or greater than 2.",
        'Metric must be one of: "sent", "opened", or "clicked".',
    )
    assert str(caught.value) == " ".join(caught.value.problems)


def test_unknown_fields_are_dropped_and_values_inside_objects_stay() -> None:
    payload: JsonObject = {"url": 5, "data": {"a": None, "b": "", "c": []}, "other": 1}
    assert compile_fields([URL, DATA]).coerce(payload) == {"url": "5", "data": {"a": None, "b": "", "c": []}}


def test_empty_strings_stay_in_batches() -> None:
    assert compile_fields([URL], keep_empty_strings=True).coerce({"url": ""}) == {"url": ""}


def test_nested_properties() -> None:
    inner = Field(name="price", label="Price", type="number", required=True)
    product = Field(name="product", label="Product", type="object", properties=(inner,))
    fields = compile_fields([product])
    assert fields.coerce({"product": {"price": "5", "x": 1}}) == {"product": {"price": 5}}
    with pytest.raises(InvalidFields, match="Product is missing the required field 'price'"):
        fields.coerce({"product": {}})
    with pytest.raises(InvalidFields, match="Product must be an object but it was a string"):
        fields.coerce({"product": "x"})


@pytest.mark.parametrize("size", [2, 100])
def test_bounds_are_inside(size: int) -> None:
    assert compile_fields([SIZE]).coerce({"batch_size": size}) == {"batch_size": size}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", 12345678901234567890, "12345678901234567890"),
        ("string", 1e21, "1e+21"),
        ("string", [True], "true"),
        ("number", "0x10", 16),
        ("number", "  ", 0),
        ("number", [5], 5),
        ("integer", "7.0", 7),
        ("boolean", 1, True),
        ("boolean", ["false"], False),
        ("datetime", [5], "5"),
        ("datetime", "1685620800", "1685620800"),
    ],
)
def test_coercion(kind: FieldType, value: Json, expected: Json) -> None:
    coerced = compile_fields([Field(name="f", label="F", type=kind)]).coerce({"f": value})
    assert coerced == {"f": expected}
    assert type(coerced["f"]) is type(expected)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        (Field(name="f", label="F", type="number"), "Infinity", "F must be a number but it was a string."),
        (Field(name="f", label="", type="number"), "x", "The value at /f must be a number but it was a string."),
        (Field(name="f", label="f", type="datetime"), "x", "F must be a valid date-like string but it was not."),
        (
            Field(name="f", label="F", type="string", multiple=True),
            ["a", {}],
            "The value at /f/1 must be a string but it was an object.",
        ),
        (
            Field(name="f", label="F", type="datetime", allow_null=True),
            [["x"]],
            "F must be a string, number, or null but it was an array.",
        ),
    ],
)
def test_problems(field: Field, value: Json, problem: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        compile_fields([field]).coerce({"f": value})
    assert str(caught.value) == problem


TYPES: list[FieldType] = ["string", "text", "boolean", "number", "integer", "object", "datetime"]
FIELDS = st.builds(
    Field,
    name=st.just("f"),
    label=st.sampled_from(["", "F"]),
    type=st.sampled_from(TYPES),
    required=st.booleans(),
    multiple=st.booleans(),
    allow_null=st.booleans(),
    choices=st.sampled_from([(), ("a", "b")]),
)


@given(FIELDS, VALUES)
def test_any_value_is_coerced_or_refused(field: Field, value: Json) -> None:
    with suppress(InvalidFields):
        coerced = compile_fields([field]).coerce({"f": value})
        assert compile_fields([field], keep_empty_strings=True).coerce(coerced) == coerced
