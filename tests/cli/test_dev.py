"""`dev --once`, as `make run ONCE=1` runs it: everything comes out, twice, and the second time changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.deployment import setup
from tests.support.broker import Broker
from worker.local.exclusive import exclusive


def segment_worker(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments],
        capture_output=True,
        text=True,
        timeout=150,
        cwd=directory,
        check=False,
    )


def run(config: Path) -> subprocess.CompletedProcess[str]:
    return segment_worker(config.parent, "dev", "--once", "--config", str(config))


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.timeout(320)
async def test_the_examples_come_out_and_again_change_nothing(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=4) as running:
        first, second = run(running.config), run(running.config)
    assert first.returncode == 0, first.stderr[-3000:]
    assert "Everything came through." in first.stdout
    for part in (
        "People: ",
        "Groups (objects): ",
        "Devices: ",
        "Message metrics that Segment would get: 67",
        "not_json",
    ):
        assert part in first.stdout
    assert second.returncode == 0, second.stderr[-3000:]
    assert _section(second.stdout, "People: ") == _section(first.stdout, "People: ")
    assert _section(second.stdout, "Groups") == _section(first.stdout, "Groups")
    assert "Message metrics that Segment would get: 0" in second.stdout
    listed = segment_worker(tmp_path, "people", "show")
    assert listed.returncode == 0, "without a configuration, people show looks into the view of dev"


def test_a_second_one_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    state = tmp_path / ".local"
    state.mkdir()
    with exclusive(state / "dev.lock"):
        second = segment_worker(tmp_path, "dev", "--once")
    assert second.returncode == 1
    assert "another `segment-worker dev` runs in this directory" in second.stderr
    assert "Traceback" not in second.stderr
    assert list(state.iterdir()) == [state / "dev.lock"]


def test_a_directory_where_nothing_can_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / ".local").touch()
    told = segment_worker(tmp_path, "dev", "--once")
    assert told.returncode == 1
    assert "can't keep anything in" in told.stderr
    assert "→ change to a directory" in told.stderr
    assert "Traceback" not in told.stderr


def _section(text: str, heading: str) -> str:
    return text[text.index(heading) :].split("\n\n")[0]
