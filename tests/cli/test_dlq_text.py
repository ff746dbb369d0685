import pytest

from tests.deadletters.letters import dead
from worker.cli import dlq_text
from worker.deadletters.box import Found, Overview
from worker.deadletters.letter import read_letter


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
