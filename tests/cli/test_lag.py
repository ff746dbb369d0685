"""What `lag` prints, with topics whose names are longer than a line."""

import pytest
from typer.testing import CliRunner

from worker.cli import lag
from worker.cli.app import load
from worker.runtime.lag import TopicLag
from worker.topics import names

PREFIX = "staging-eu-workspace-number-one-of-the-company."


@pytest.fixture
def _long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rows(*_: object) -> list[TopicLag]:
        return [TopicLag(PREFIX + name, PREFIX + "worker", 1000, 0) for name in names.WORKER_INPUTS]

    monkeypatch.setattr(lag, "read_lag", rows)


@pytest.mark.usefixtures("_long_names")
def test_in_a_pipe_no_name_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = CliRunner().invoke(load("lag"), [])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()[1:]] == [PREFIX + name for name in names.WORKER_INPUTS]
