"""The places on disk that roles write to."""

import os
from collections.abc import Iterator
from pathlib import Path

from worker.checks.finding import Finding, ok, problem
from worker.config import Config


def check_files(config: Config) -> Iterator[Finding]:
    """Whether each file or directory can be written by this user."""
    yield _file("view.path", Path(config.view.path))
    yield _file("relay.ledger", Path(config.relay.ledger))
    if config.worker.state_dir is not None:
        state = Path(config.worker.state_dir)
        yield _directory("worker.state_dir", state, state)


def _file(name: str, path: Path) -> Finding:
    if path.is_dir():
        return problem("files", f"{name}: {path} is a directory", "name a file")
    if path.exists():
        return _writable(name, path, path)
    return _directory(name, path, path.parent)


def _directory(name: str, path: Path, directory: Path) -> Finding:
    """Whether `directory` is there or, as the roles do, can be made with those above it."""
    existing = next(each for each in (directory.absolute(), *directory.absolute().parents) if each.exists())
    if not existing.is_dir():
        return problem("files", f"{name}: {existing} is no directory", "correct the path")
    return _writable(name, path, existing)


def _writable(name: str, path: Path, needed: Path) -> Finding:
    if not os.access(needed, os.W_OK):
        return problem("files", f"{name}: {needed} cannot be written by this user", "change its owner, or the path")
    return ok("files", f"{name}: {path}")
