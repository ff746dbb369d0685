from io import StringIO

import msgspec
import pytest
from rich.console import Console

from tests.deadletters.letters import dead
from worker.cli import dlq_text
from worker.deadletters.box import Found, Overview
from worker.deadletters.letter import Place, read_letter


def test_a_value_that_was_left_out_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    found = Found(read_letter(dead(b"x" * 1999, max_bytes=1000)), None)
    assert dlq_text.line(found).bytes == 1999
    shown = dlq_text.whole(found)
    assert (shown.value, shown.value_text, shown.value_base64, shown.value_left_out) == (None, None, None, 1999)
    dlq_text.print_letter(found)
    assert "(left out: 1,999 bytes, only at in/1/7)" in capsys.readouterr().out


def test_a_large_key_does_not_flood_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    letters = [dead(b"x", key=b"k"), dead(b"x", max_bytes=2_000_000, key=b"k" * 1_000_000)]
    letters.append(dead(b"x", max_bytes=2_000_000, key=b"\xff" * 1_000_000))
    shown = [Found(read_letter(letter), None) for letter in letters]
    dlq_text.print_list(Overview(shown, 3, {"not_json": 3}))
    assert len(capsys.readouterr().out) < 2000


def test_a_list_tells_states_where_some_do_not_wait(capsys: pytest.CaptureFixture[str]) -> None:
    letter = read_letter(dead(b"{"))
    dlq_text.print_list(Overview([Found(letter, None)], 1, {"not_json": 1}))
    heads, row, total = capsys.readouterr().out.splitlines()
    assert "state" not in heads
    assert row.split()[0] == "in.dlq/1/3"
    assert total == "1 dead letter: not_json 1"
    dlq_text.print_list(Overview([Found(letter, None), Found(letter, "dropped")], 3, {"not_json": 3}))
    heads, *rows, more, total = capsys.readouterr().out.splitlines()
    assert "state" in heads
    assert [("waiting" in row, "dropped" in row) for row in rows] == [(True, False), (False, True)]
    assert (more, total) == ("… and 1 more; --limit shows them", "3 dead letters: not_json 3")


@pytest.mark.parametrize(("width", "whole"), [(100, True), (60, False)])
def test_what_letters_are_called_is_not_broken_where_there_is_room(
    width: int, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place("segment.events.dlq", 11, 123456)
    letter = msgspec.structs.replace(read_letter(dead(b"{")), place=place, detail="it is not as it should be " * 3)
    monkeypatch.setattr(dlq_text, "screen_width", lambda: width)
    console = Console(width=width, file=StringIO())
    console.print(dlq_text._table([Found(letter, None)]))
    assert isinstance(console.file, StringIO)
    assert (str(place) in console.file.getvalue()) is whole
