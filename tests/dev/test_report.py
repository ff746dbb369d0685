"""What `dev` shows of the workspace: other people's names are text, and what is left out is told."""

from io import StringIO

import pytest
from rich.console import Console

from worker.dev.report import SHOWN, Report, print_report
from worker.view.read.documents import Device, ObjectLine, PersonLine, Summary, TypeCount


def report(people: int, name: str = "ada") -> Report:
    """Of so many people, objects and devices."""
    shown = min(people, SHOWN)
    return Report(
        summary=Summary(0, people, [TypeCount("1", "Aardvark", people)], people, 0, 0, 0, {}),
        people=[PersonLine("0001", name, name, 1.0)] * shown,
        objects=[ObjectLine("1", "Aardvark", name, 1)] * shown,
        devices=[Device(name, "0001", "ios", 1.0, {})] * shown,
        metrics=1,
        metric_names={name: 1},
        dead_letters={},
        waiting=0,
        sent=None,
        seconds=1.0,
        failure=name,
    )


def printed(one: Report) -> str:
    console = Console(file=StringIO(), width=200)
    print_report(console, one)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", ["[/red]", "[bold]x[/bold]", "[link=http://a.example]"])
def test_a_name_is_no_markup(name: str) -> None:
    assert printed(report(1, name)).count(name) == 6, "as id, email, object, token, event and failure"


def test_a_name_steers_no_terminal() -> None:
    assert "\x1b" not in printed(report(1, "\x1b]0;title\x07"))


def test_what_is_left_out_is_told() -> None:
    text = printed(report(SHOWN + 39))
    assert "People: 51, the newest 12 of them\n" in text
    assert "Groups (objects): 51 Aardvark (type 1); the first 12 of them\n" in text
    assert "Devices: 51; the first 12 of them\n" in text


def test_where_all_are_shown_nothing_is_said_of_it() -> None:
    text = printed(report(SHOWN))
    assert "People: 12, the newest first\n" in text
    assert "of them" not in text
