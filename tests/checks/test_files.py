import os
from pathlib import Path

import pytest

from worker.checks.files import check_files
from worker.config import Config, parse_config


def places(view: Path, ledger: Path, state: Path) -> Config:
    text = f"view: {{path: {view}}}\nrelay: {{ledger: {ledger}}}\nworker: {{state_dir: {state}}}"
    return parse_config(text, environ={})


def test_directories_that_the_roles_would_make_are_no_problem(tmp_path: Path) -> None:
    new = tmp_path / "not" / "there"
    config = places(new / "view.sqlite", new / "ledger.sqlite", new / "state")
    assert [finding.level for finding in check_files(config)] == ["ok", "ok", "ok"]
    assert not new.parent.exists()


def test_what_can_not_be_made_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    found = list(check_files(places(tmp_path, file / "a" / "ledger.sqlite", file)))
    assert [finding.level for finding in found] == ["problem"] * 3
    assert [finding.message for finding in found] == [
        f"view.path: {tmp_path} is a directory",
        f"relay.ledger: {file} is no directory",
        f"worker.state_dir: {file} is no directory",
    ]


def test_what_can_not_be_seen_is_a_problem(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 300)
    found = list(check_files(places(long / "view.sqlite", long, long)))
    assert [finding.level for finding in found] == ["problem"] * 3
    assert found[1].message == f"relay.ledger: {long} can't be used: File name too long"


@pytest.mark.parametrize("refused", ["view.sqlite", "."])
def test_a_file_needs_its_directory_too(refused: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite makes its journal beside the file; where it can't, it says that the file is read-only."""
    file = tmp_path / "view.sqlite"
    file.touch()
    link = tmp_path / "elsewhere" / "link.sqlite"
    link.parent.mkdir()
    link.symlink_to(file)
    config = places(file, link, tmp_path)
    assert [finding.level for finding in check_files(config)] == ["ok", "ok", "ok"]
    needed = (tmp_path / refused).resolve()
    monkeypatch.setattr(os, "access", lambda place, mode: not (mode & os.W_OK and Path(place).resolve() == needed))
    view, ledger, _ = check_files(config)
    assert [view.level, ledger.level] == ["problem", "problem"]
    assert [view.check, ledger.check] == ["files", "files"]
    assert view.message == f"view.path: {needed} cannot be written by this user"
