"""An agent is thin: it decodes, asks for a decision and has it performed. The rules are elsewhere."""

import re
from pathlib import Path

import pytest

from worker import agents, wiring

LINES_MAX = 60

PACKAGE = Path(agents.__path__[0])
FILES = [PACKAGE / f"{name}.py" for name in re.findall(r"worker\.agents\.(\w+)", Path(wiring.__file__).read_text())]


def test_all_six_are_looked_at() -> None:
    assert {"route", "identify", "anonymous", "group", "device", "message_metrics"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_agent_is_at_most_sixty_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES_MAX


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_agent_leaves_effects_to_a_performer(path: Path) -> None:
    assert "assert_never" not in path.read_text()
