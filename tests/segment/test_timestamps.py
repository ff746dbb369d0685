"""The recorded rows of test_conformance.py hold most of the rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.segment.strategies import OBJECTS, VALUES
from worker.jsontypes import Json, JsonObject
from worker.segment.timestamps import (
    _ISO,
    convert_attributes,
    event_time,
    is_date_like,
    to_unix_attribute,
    to_unix_timestamp,
    usual_milliseconds,
)

ISO = "2019-02-01T10:20:30.500Z"


def test_attributes_convert_in_objects_and_not_in_arrays() -> None:
    attributes: JsonObject = {"a": ISO, "n": 1, "o": {"b": "2019-02-01", "p": {"c": ISO}}, "l": [ISO, {"d": ISO}]}
    assert convert_attributes(attributes) == {
        "a": 1549016430,
        "n": 1,
        "o": {"b": 1548979200, "p": {"c": 1549016430}},
        "l": [ISO, {"d": ISO}],
    }
    assert attributes["a"] == ISO


def test_attributes_without_times_are_returned_as_they_are() -> None:
    attributes: JsonObject = {"a": "2019-13-01", "o": {"b": "x"}}
    assert convert_attributes(attributes) is attributes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1969-12-31T23:59:59.500Z", -1),
        ("1969-12-31T23:59:59.5Z", -1),
        ("2023-02-30T00:00:00.000Z", 1677715200),
        ("2023-12-25T24:00:00.000Z", 1703548800),
        ("2023-12-25T24:00:00.001Z", "2023-12-25T24:00:00.001Z"),
        ("2023-12-25T19:59:59Z", 1703534399),
        ("2023-12-25T20:00", 1703534400),
        ("2023-12-25T14:60:00Z", "2023-12-25T14:60:00Z"),
        ("2023-12-25T14:30:60Z", "2023-12-25T14:30:60Z"),
        ("2023-12-25T14:30:45.5.5Z", "2023-12-25T14:30:45.5.5Z"),
        ("2023-12-25T14:30:45:45Z", "2023-12-25T14:30:45:45Z"),
        ("2023-12-25T12:00+10:00", 1703469600),
        ("2023-12-25T12:00+19:59", 1703433660),
        ("2023-12-25T12:00-20:30", 1703579400),
        ("2023-12-25T12:00+22:00", 1703426400),
        ("2023-12-25T12:00+24:00", "2023-12-25T12:00+24:00"),
        ("2023-12-25T12:00+01:09", 1703501460),
        ("2023-12-25T12:00+01:60", "2023-12-25T12:00+01:60"),
        ("2023-12-25T12:00+01::00", "2023-12-25T12:00+01::00"),
        ("2023-12-25T12:00ZZ", "2023-12-25T12:00ZZ"),
        ("2023-12-25T12:00T12:00", "2023-12-25T12:00T12:00"),
        ("2023-12-25T24:30", "2023-12-25T24:30"),
        ("2023-12-25T24:00:01Z", "2023-12-25T24:00:01Z"),
        ("0000-01-01", -2208988800),
        ("0050-01-01", -631152000),
        ("0099-01-01", 915148800),
        ("0100-01-01", -59011459200),
        ("0050-01-01T00:00:00.5+01:00", -60589299600),
        ("0050-01-01T00:00:00.000Z", -60589296000),
        ("0000-01-01T00:00:00.000Z", -62167219200),
        ("2023-12-25T14:30:45.00xZ", "2023-12-25T14:30:45.00xZ"),
        ("2023-12-25T14:30:45.123\n", "2023-12-25T14:30:45.123\n"),
        ("2023-12-25T14:30-0830", 1703545200),
        ("٢٠٢٣-12-25", "٢٠٢٣-12-25"),
    ],
)
def test_iso_texts(value: str, expected: int | str) -> None:
    assert to_unix_attribute(value) == expected


@pytest.mark.parametrize(
    "value", [None, 5, 1685620800123, True, [ISO], {"a": ISO}, "1685620800", "1.09", "May", "", ISO + " " * 250]
)
def test_root_timestamps_that_stay(value: Json) -> None:
    assert to_unix_timestamp(value) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Order 5", 988675200),
        (" 2023-12-25", 1703462400),
        ("2023-12-25" + " " * 246, 1703462400),
        ("2023-12", 1701388800),
        ("2023/", 1672531200),
        ("9999/12/31", 253402214400),
        ("2023/1/2 3:4:5", 1672628645),
        ("2023-359", 1762646400),
        ("2023-12-25T14:30:45z", 1703514645),
    ],
)
def test_root_timestamps_that_convert(value: str, expected: int) -> None:
    assert to_unix_timestamp(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ISO, 1549016430.5),
        ("2019-02-01T10:20:30.1239Z", 1549016430.123),
        ("2019-02-01 10:20", 1549016400.0),
        ("2019-02-01 10:20:30.1239", 1549016430.123),
        ("20190201t102030:123", 1549016430.123),
        ("2023-9-9 9:9:9.9", 1694250549.009),  # of one digit, a fraction is of milliseconds
        ("2023/10/20\ufeff 10:20:30.1", 1697797230.001),
        ("20230909T090909.9", 1694250549.009),
        ("2023T9", 1672563600.0),
        (1549016430, 1549016430.0),
        (1549016430.5004, 1549016430.5),
        (1549016430500, 1549016430.5),
        ("1549016430500", 1549016430.5),
        (100_000_000_000, 100_000_000.0),
        (99_999_999_999, 99_999_999_999.0),
        (253_402_300_799_999, 253_402_300_799.999),
        (253_402_300_800_000, 253_402_300.8),
        (1_549_016_430_500_999, 1549016430.5),
        ("1549016430999999", 1549016430.999),
        (1_549_016_430_500_999_999, 1549016430.5),
        ("1549016430500000000", 1549016430.5),
        (253_402_300_799_999_999_999, 253_402_300_799.999),
        (253_402_300_800_000_000_000, None),
        (-1.0, -1.0),
        (8_640_000_000_000_000, 8_640_000_000.0),
        (-8_640_000_000_000, -8_640_000_000_000.0),
        (-8_640_000_000_001, None),
        ("junk", None),
        ("9" * 40, None),
        (1e300, None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_the_time_of_an_event(value: Json, expected: float | None) -> None:
    assert event_time(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("8640000000000", True),
        ("8640000000001", False),
        ("-8640000000000", True),
        ("-8640000000001", False),
        ("2023-12", True),
        ("NaN", False),
    ],
)
def test_a_text_that_is_a_number_is_like_a_date_where_javascript_has_one(value: str, expected: bool) -> None:
    assert is_date_like(value) is expected


@given(VALUES | st.text(st.sampled_from("0123456789-:T.Z+ "), max_size=30))
def test_any_value_is_a_time_or_stays(value: Json) -> None:
    converted = to_unix_timestamp(value)
    assert converted is value or isinstance(converted, int)
    found = event_time(value)
    assert found is None or isinstance(found, float)
    if isinstance(value, str):
        attribute = to_unix_attribute(value)
        assert attribute is value or attribute == converted
        assert isinstance(is_date_like(value), bool)


@given(OBJECTS)
def test_any_attributes_convert(attributes: JsonObject) -> None:
    assert convert_attributes(attributes).keys() == attributes.keys()


@given(
    st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat(timespec="milliseconds")[:-6] + "Z")
    | st.from_regex(r"[0-9]{4}-[0-3][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9][.,][0-9]{3}Z", fullmatch=True)
)
def test_the_usual_form_is_read_as_any_other(text: str) -> None:
    """The short way for times of milliseconds in UTC ends where the grammar of all times does."""
    found = usual_milliseconds(text)
    if found is not None:
        assert _ISO.fullmatch(text)
        assert to_unix_attribute(f"{text[:-1]}0Z") == found // 1000
        time = datetime.fromisoformat(text)
        assert found == (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        assert event_time(text) == found / 1000


def test_the_usual_form() -> None:
    assert usual_milliseconds(ISO) == 1549016430500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-06-01",
        "2023-06-01T12:00:00.12Z",
        "2023-06-01T12:00:00,123Z",
        "2023-W22-4T12:00:00.123Z",
        "2023-06-01 12:00:00.123Z",
        "2023-06-31T12:00:00.123Z",
        "2023-06-01T12:00:00.١٢٣Z",
        "2023-06-01T12.00:00:123Z",
        "x" * 24,
    ],
)
def test_what_is_not_of_the_usual_form(text: str) -> None:
    assert usual_milliseconds(text) is None
