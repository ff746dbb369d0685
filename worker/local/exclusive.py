"""One process at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from worker.local.errors import LocalKafkaError

_WAIT_SECONDS = 900.0  # another process may be fetching on a slow line
_POLL_SECONDS = 0.2


@contextmanager
def exclusive(
    path: Path, wait_seconds: float = _WAIT_SECONDS, taken: str = "another process is at the same work"
) -> Iterator[None]:
    """Hold the lock file at `path`; it is free again when this process ends, however it ends.

    Raises:
        LocalKafkaError: with the words `taken`, when another process held it for `wait_seconds`.
        OSError: when the file can't be made.
    """
    deadline = time.monotonic() + wait_seconds
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    hint = "end that process, or wait for it, and try again"
                    raise LocalKafkaError(f"{taken}: it holds {path}", hint) from None
                time.sleep(_POLL_SECONDS)
        yield
