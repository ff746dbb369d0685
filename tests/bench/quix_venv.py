"""The Python environment of Quix Streams, with pinned versions: made once under `.bench/quix`, then found there."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.process import ROOT

REQUIREMENTS = Path(__file__).with_name("quix-requirements.txt")
DIRECTORY = ROOT / ".bench" / "quix"
_INSTALL_S = 600.0


class NotInstalled(Exception):
    """Quix Streams is not there and can't be installed here; says why."""


def quix_python() -> Path:
    """The Python that has Quix Streams. Raises NotInstalled."""
    python = DIRECTORY / "bin" / "python"
    stamp = DIRECTORY / "installed"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        for command in _commands(python):
            _run(command)
        stamp.write_text(wanted)
    return python


def quix_version() -> str:
    """The pinned version."""
    lines = REQUIREMENTS.read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith("quixstreams=="))


def _commands(python: Path) -> list[list[str]]:
    if uv := shutil.which("uv"):
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, str(DIRECTORY)],
            [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(REQUIREMENTS)],
        ]
    return [
        [sys.executable, "-m", "venv", str(DIRECTORY)],
        [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)],
    ]


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
    except subprocess.CalledProcessError as problem:
        raise NotInstalled(f"`{' '.join(command)}` failed: {(problem.stderr or '').strip()[-300:]}") from problem
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotInstalled(f"`{' '.join(command)}` failed: {problem}") from problem
