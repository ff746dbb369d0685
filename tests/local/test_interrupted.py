"""A command that is ended while it starts Kafka leaves no Kafka behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from worker.local import daemon
from worker.local.ports import free_ports

pytestmark = pytest.mark.broker


def running(directory: Path, program: str = "kafka.Kafka") -> bool:
    """Whether a Kafka of `directory` (or another program of Kafka's) runs, noted or not."""
    listed = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    return any(str(directory) in line and program in line for line in listed)


def until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_no_kafka_outlives_who_was_starting_it(number: signal.Signals, code: int, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "worker", "kafka", "start", "--dir", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as starting:
        assert until(lambda: running(tmp_path), 40)
        starting.send_signal(number)
        assert starting.wait(20) == code
    assert until(lambda: not running(tmp_path), 1 if number == signal.SIGTERM else 20)
    assert daemon.status(tmp_path).state == "stopped"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_who_is_ended_while_the_storage_is_formatted_can_start_again_at_once(
    number: signal.Signals, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "worker", "kafka", "start", "--dir", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as starting:
        assert until(lambda: running(tmp_path, "StorageTool"), 40)
        starting.send_signal(number)
        starting.wait(20)
    if number == signal.SIGTERM:
        assert not running(tmp_path, "StorageTool")
    try:
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert again.returncode == 0, again.stderr
    finally:
        daemon.stop(tmp_path)
