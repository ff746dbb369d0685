"""What stands at a path, told the same by every version of Python.

Where that can't be seen, as below a directory that one may not enter, `Path.exists` raises up to Python 3.13, and says
"no" from 3.14 on.
"""

from enum import Enum
from pathlib import Path
from stat import S_ISDIR, S_ISREG


class PathKind(Enum):
    """What can stand at a path."""

    NOTHING = "nothing"
    FILE = "a file"
    DIRECTORY = "a directory"
    OTHER = "a pipe or a device"


def path_kind(path: Path) -> PathKind:
    """What stands there, links followed. Raises OSError where that can't be seen."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return PathKind.NOTHING
    if S_ISREG(mode):
        return PathKind.FILE
    return PathKind.DIRECTORY if S_ISDIR(mode) else PathKind.OTHER
