import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.jsontypes import Json
from worker.segment.javascript import number_to_string, to_number, to_string, truthy


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-0.0, "0"),
        (5.0, "5"),
        (1e21, "1e+21"),
        (10**21, "1e+21"),
        (-(10**21), "-1e+21"),
        (10**21 - 1, "9" * 21),
        (123456789012345680000.0, "123456789012345680000"),
        (2**63, str(2**63)),
        (0.5, "0.5"),
        (0.0025, "0.0025"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (10**400, "Infinity"),
        (-(10**400), "-Infinity"),
        (math.nan, "NaN"),
        ([1, None, ["a", [True]], {}], "1,,a,true,[object Object]"),
        ({}, "[object Object]"),
    ],
)
def test_strings(value: Json, text: str) -> None:
    assert to_string(value) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("\ufeff \n", 0),
        (" 5.50 ", 5.5),
        ("+5", 5),
        (".09", 0.09),
        ("1E-2", 0.01),
        ("5.", 5),
        ("-1e3", -1000),
        ("0x1F", 31),
        ("0X9bE0", 39904),
        ("0O70", 56),
        ("0B10", 2),
        ("0b11", 3),
        ("0o17", 15),
        ("Infinity", math.inf),
        ("+Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("0x" + "f" * 300, math.inf),
    ],
)
def test_numbers(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "1_0",
        "infinity",
        "nan",
        "-0x1",
        "1e",
        ".",
        "+",
        "--5",
        "1.5.5",
        "1e--5",
        "1e5e5",
        "0x",
        "0o",
        "0b",
        "0o8",
        "0b2",
        "1 2",
        "٣",
        "\x1c5",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert math.isnan(to_number(text))


@given(st.floats(allow_nan=False))
def test_a_number_is_read_back_from_its_text(number: float) -> None:
    assert to_number(number_to_string(number)) == number


def test_empty_arrays_and_objects_are_true() -> None:
    values: list[Json] = [[], {}, "0", "", 0, None, False]
    assert [truthy(value) for value in values] == [True, True, True, False, False, False, False]
