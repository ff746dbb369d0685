import pytest

from worker.jsontypes import Json
from worker.nesting import nests_deeper
from worker.segment.decoding import MAX_NESTING, InvalidJson, decode_json


@pytest.mark.parametrize(
    ("raw", "value"),
    [("5", 5), (b'{"a": [1.0]}', {"a": [1.0]}), ('{"a": 1, "a": 2}', {"a": 2}), ('"' + "[" * 100 + '"', "[" * 100)],
)
def test_values(raw: bytes | str, value: Json) -> None:
    assert decode_json(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "NaN",
        "-Infinity",
        "1e999",
        '"\\ud800"',
        b'"\xed\xa0\x80"',
        "[" * 65 + "]" * 65,
        "[" * 9999,
        '{"a":' * 65 + "1" + "}" * 65,
    ],
)
def test_what_is_refused(raw: bytes | str) -> None:
    with pytest.raises(InvalidJson):
        decode_json(raw)


def test_the_deepest_nesting() -> None:
    raw = "[" * MAX_NESTING + "]" * MAX_NESTING
    value = decode_json(raw)
    assert not nests_deeper(value, MAX_NESTING)
    assert nests_deeper([value], MAX_NESTING)
