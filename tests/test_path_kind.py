import os
from pathlib import Path

import pytest

from worker.path_kind import PathKind, path_kind


def test_what_stands_at_a_path(tmp_path: Path) -> None:
    file, pipe, link, dangling = (tmp_path / name for name in ("file", "pipe", "link", "dangling"))
    file.touch()
    os.mkfifo(pipe)
    link.symlink_to(tmp_path)
    dangling.symlink_to(tmp_path / "gone")
    assert path_kind(file) is PathKind.FILE
    assert path_kind(tmp_path) is path_kind(link) is PathKind.DIRECTORY
    assert path_kind(pipe) is PathKind.OTHER
    assert path_kind(tmp_path / "none") is path_kind(dangling) is path_kind(file / "below") is PathKind.NOTHING


def test_what_can_not_be_seen(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        path_kind(tmp_path / ("x" * 300))
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    with pytest.raises(OSError, match="symbolic links"):
        path_kind(tmp_path / "itself")
