from pathlib import Path

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
