"""Contenders as processes: started, measured from outside, ended by their process id."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tests.bench.job import Job

ROOT = Path(__file__).resolve().parents[2]
"""The repository: contenders run in it, so that `-m tests.bench...` is found."""

_STOP_S = 20.0
_TICKS = os.sysconf("SC_CLK_TCK")


class ContenderFailed(Exception):
    """A contender ended by itself, or gave nothing for too long; says what it last printed."""


class Contender:
    """A running contender; as a context manager it is ended at the end."""

    def __init__(self, program: list[str], job: Job, *, name: str) -> None:
        self.name = name
        job.path.mkdir(parents=True, exist_ok=True)
        self._log = job.path / f"{name}.log"
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [*program, msgspec.json.encode(job).decode()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        self.started = time.monotonic()

    def check(self) -> None:
        """Raises ContenderFailed when it runs no more."""
        if (code := self._process.poll()) is not None:
            raise self.failed(f"ended with exit code {code}")

    def failed(self, why: str) -> ContenderFailed:
        """The error that says `why` and what was printed."""
        lines = self._log.read_text(errors="replace").splitlines()
        return ContenderFailed("\n    ".join([f"{self.name} {why}", *lines[-15:]]))

    def cpu_s(self) -> float:
        """Processor time used so far, in seconds."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_bytes(self) -> int:
        """Memory it holds now."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise self.failed("has no VmRSS")

    def stop(self) -> float:
        """Ask it to end, and kill it after 20 s; how long it took, in seconds."""
        began = time.monotonic()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return time.monotonic() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def python(module: str) -> list[str]:
    """The command of a contender that runs in this Python."""
    return [sys.executable, "-m", f"tests.bench.contenders.{module}"]
