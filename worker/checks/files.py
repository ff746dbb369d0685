"""The places on disk that roles write to."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from worker.checks.finding import Finding, ok, problem
from worker.config import Config
from worker.path_kind import PathKind, path_kind


def check_files(config: Config) -> Iterator[Finding]:
    """Whether each file or directory can be written by this user."""
    yield _seen(_file, "view.path", config.view.path)
    yield _seen(_file, "relay.ledger", config.relay.ledger)
    if config.worker.state_dir is not None:
        yield _seen(_directory, "worker.state_dir", config.worker.state_dir)


def _seen(look: Callable[[str, Path], Finding], name: str, place: str) -> Finding:
    try:
        return look(name, Path(place))
    except OSError as error:
        return problem("files", f"{name}: {place} can't be used: {error.strerror}", "change its owner, or the path")


def _file(name: str, path: Path) -> Finding:
    match path_kind(path):
        case PathKind.DIRECTORY:
            return problem("files", f"{name}: {path} is a directory", "name a file")
        case PathKind.NOTHING:
            return _made(name, path, path.parent)
        case PathKind.FILE | PathKind.OTHER:
            # SQLite makes its journal beside the file, and where it can't, takes the file for read-only.
            return _writable(name, path, path, path.resolve().parent)


def _directory(name: str, path: Path) -> Finding:
    return _made(name, path, path)


def _made(name: str, path: Path, directory: Path) -> Finding:
    """Whether `directory` is there or, as the roles do, can be made with those above it."""
    places = (directory.absolute(), *directory.absolute().parents)
    existing, kind = next((each, kind) for each in places if (kind := path_kind(each)) is not PathKind.NOTHING)
    if kind is not PathKind.DIRECTORY:
        return problem("files", f"{name}: {existing} is no directory", "correct the path")
    return _writable(name, path, existing)


def _writable(name: str, path: Path, *needed: Path) -> Finding:
    for each in needed:
        if not os.access(each, os.W_OK):
            return problem("files", f"{name}: {each} cannot be written by this user", "change its owner, or the path")
    return ok("files", f"{name}: {path}")
