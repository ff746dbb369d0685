"""How many files the process may have open."""

import contextlib
import resource


def open_as_many_as_allowed() -> None:
    """Raise the limit to what the process may raise it to. It is usually 1,024, for programs that call `select`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):  # where the system has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
