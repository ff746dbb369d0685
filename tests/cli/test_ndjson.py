from io import BytesIO

import orjson
import pytest

from worker.cli import ndjson
from worker.jsontypes import JsonObject


def answers(text: bytes) -> list[JsonObject]:
    sink = BytesIO()
    ndjson.answer_lines(BytesIO(text), sink, lambda request: {"got": request.get("x")})
    return [orjson.loads(line) for line in sink.getvalue().splitlines()]


def test_each_line_is_answered_in_order() -> None:
    assert answers(b'{"x":1}\n{"x":2,"id":"b"}\r\n{"x":3}') == [{"got": 1}, {"id": "b", "got": 2}, {"got": 3}]
    assert answers(b"") == []


def test_a_byte_order_mark_is_passed_over() -> None:
    assert answers(b'\xef\xbb\xbf{"x":1}\n{"x":2}') == [{"got": 1}, {"got": 2}]
    assert answers(ndjson.in_lines(BytesIO(b'\xef\xbb\xbf{\n"x": 1}')).read()) == [{"got": 1}]


def test_a_line_that_is_too_long_is_an_error_and_the_next_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LINE_BYTES_MAX", 20)
    long, fitting = answers(b'{"x":"' + b"a" * 100 + b'"}\n{"x":1}\n')
    assert long == {"error": "The line is longer than 20 bytes."}
    assert fitting == {"got": 1}
    assert len(answers(b"a" * 100)) == 1


def test_what_is_not_one_object_or_too_long_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ndjson.in_lines(BytesIO(b'{\n"x": 1}\n')).read() == b'{ "x": 1} '
    lines = b'{"x": 1}\n{"x": 2}\n'
    assert ndjson.in_lines(BytesIO(lines)).read() == lines
    monkeypatch.setattr(ndjson, "LINE_BYTES_MAX", 8)
    assert ndjson.in_lines(BytesIO(b'{"x":\n 1}')).read() == b'{"x":\n 1}'


def test_an_answer_that_is_no_json_is_an_error() -> None:
    sink = BytesIO()
    ndjson.answer_lines(BytesIO(b'{"id":1}\n'), sink, lambda _request: {"value": 2**70})
    assert set(orjson.loads(sink.getvalue())) == {"id", "error"}
