import gzip
import io
import os
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.gateway.lines import STANDARD_INPUT, UnreadableError, read_lines


def values(path: Path, longest: int = 100) -> list[bytes | None]:
    return [line.value for line in read_lines(path, longest)]


def test_lines_are_taken_as_they_are_without_their_ends(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b'{"a": 1}\n\n  {"b": 2} \r\nnot json\n   \n\xff\xfe\nlast')
    assert values(path) == [b'{"a": 1}', b'  {"b": 2} ', b"not json", b"\xff\xfe", b"last"]
    lines = list(read_lines(path, 100))
    assert [line.number for line in lines] == [1, 3, 4, 6, 7]
    assert lines[-1].read == path.stat().st_size


def test_gzipped_files_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert values(path) == [b"one", b"two"]
    assert list(read_lines(path, 100))[-1].read == path.stat().st_size


def test_a_json_file_is_one_event(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(b'{\n  "a": 1\n}\n')
    assert values(path) == [b'{\n  "a": 1\n}']
    assert values(path, longest=5) == [None]


def test_a_json_file_is_never_cut(tmp_path: Path) -> None:
    """The place where it becomes too long may be between two values, in blanks."""
    path = tmp_path / "event.json"
    path.write_bytes(b'{"a": 1,' + b" " * 20 + b'"b": 2}\n')
    for longest in range(1, 40):
        (value,) = values(path, longest)
        assert value == (path.read_bytes().strip() if longest >= 35 else None), longest


def test_a_byte_order_mark_is_no_part_of_the_first_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = b"\xef\xbb\xbf"
    (tmp_path / "event.json").write_bytes(mark + b'{"a": 1}\n')
    (tmp_path / "events.gz").write_bytes(gzip.compress(mark + b"one\r\n" + mark + b"two\n"))
    (tmp_path / "blank").write_bytes(mark + b"\ntwo")
    assert values(tmp_path / "event.json") == [b'{"a": 1}']
    assert values(tmp_path / "events.gz") == [b"one", mark + b"two"]
    assert values(tmp_path / "blank") == [b"two"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mark + b"one\ntwo")))
    assert values(STANDARD_INPUT) == [b"one", b"two"]


@pytest.mark.parametrize("longest", range(1, 12))
def test_no_line_with_a_byte_order_mark_is_cut(tmp_path: Path, longest: int) -> None:
    (tmp_path / "events").write_bytes(b"\xef\xbb\xbf12345\n")
    assert values(tmp_path / "events", longest) == [b"12345" if longest >= 8 else None]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo")))
    assert values(STANDARD_INPUT) == [b"one", b"two"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("events", b'{"a": 1}\n[]\n'),
        ("event.json", b'{\n"a": 1}'),
        ("events.gz", gzip.compress(b"one\ntwo\n", mtime=0)),
    ],
    ids=["lines", "json", "gzip"],
)
def test_a_pipe_is_read_like_a_file(name: str, content: bytes, tmp_path: Path) -> None:
    file, pipe = tmp_path / name, tmp_path / f"pipe-{name}"
    file.write_bytes(content)
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(content,), daemon=True)
    writer.start()
    lines = list(read_lines(pipe, 100))
    writer.join(5)
    assert [line.value for line in lines] == values(file)
    assert {line.read for line in lines} == {0}


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"1234\n12345\r\n123456\n" + b"x" * 5000 + b"\n12345\n123456")
    assert values(path, longest=5) == [b"1234", b"12345", None, None, b"12345", None]


@given(st.lists(st.binary(max_size=12).filter(lambda line: not set(line) & set(b"\r\n"))), st.integers(1, 10))
def test_every_line_is_there_once_or_marked_as_too_long(lines: list[bytes], longest: int) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"\n".join(lines)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", stream)
        found = values(STANDARD_INPUT, longest)
    expected = [None if len(line) > longest else line for line in lines if line.strip() or len(line) > longest]
    assert found == expected


def test_damaged_and_missing_files_are_said(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    whole = gzip.compress(b"one\n" * 10_000)
    for damaged in (b"no gzip", whole[:-20], whole[:30] + b"\0" * 8 + whole[38:]):
        path.write_bytes(damaged)
        with pytest.raises(UnreadableError, match=r"events\.ndjson\.gz can't be read"):
            values(path)
    with pytest.raises(UnreadableError, match="can't be read"):
        values(tmp_path / "missing.ndjson")


@pytest.mark.parametrize("blank", [b"", b" \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_a_json_file_without_anything_in_it_is_no_event(tmp_path: Path, blank: bytes) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(blank)
    assert values(path) == []


def test_what_comes_behind_many_blanks_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(b" " * 200 + b"{}")
    assert values(path) == [None]
