"""What a contender is told: one JSON object on its command line."""

import sys
from pathlib import Path

import msgspec
from msgspec import Struct

Options = dict[str, str]


class Job(Struct, frozen=True):
    """Where to read and write. `contenders/quix.py` reads the same JSON without this class."""

    bootstrap: str
    group: str
    """Consumer group and app id; the changelog topics' names begin with it."""
    partitions: int
    input: str
    output: str
    directory: str
    """For whatever the contender keeps on disk."""
    options: Options = {}
    """What only some contenders take."""

    @property
    def path(self) -> Path:
        """`directory` as a path."""
        return Path(self.directory)


def read_job(arguments: list[str] | None = None) -> Job:
    """The job of this process. Raises msgspec.ValidationError, IndexError when it was not started by the benchmark."""
    return msgspec.json.decode((arguments or sys.argv)[1], type=Job)
