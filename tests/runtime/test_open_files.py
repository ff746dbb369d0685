"""A worker with many partitions on disk keeps three files of each table's open."""

import subprocess
import sys
from pathlib import Path

import pytest

_STORE = """
import resource, sys
from pathlib import Path
from worker.runtime.disk_store import DiskStore

soft, hard, directory = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_NOFILE, (int(soft), int(hard)))
store = DiskStore(Path(directory), "people")
for number in range(40):
    store.partition(number)
print(len(list(Path(directory).glob("*.sqlite"))))
"""


def opened(soft: int, hard: int, directory: Path) -> subprocess.CompletedProcess[str]:
    """What a process with these limits prints that opens 40 partitions."""
    command = [sys.executable, "-c", _STORE, str(soft), str(hard), str(directory)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_limit_that_programs_start_with_does_not_count(tmp_path: Path) -> None:
    answer = opened(64, 1024, tmp_path)
    assert answer.stdout == "40\n", answer.stderr


@pytest.mark.parametrize("soft", [32, 64])
def test_where_no_more_are_allowed_it_says_what_to_raise(soft: int, tmp_path: Path) -> None:
    answer = opened(soft, 64, tmp_path)
    assert answer.returncode == 1
    assert "unable to open database file" in answer.stderr
    assert "ulimit -Hn" in answer.stderr
