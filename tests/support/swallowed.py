"""Errors that nobody is told of: asyncio only logs them."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager


class Swallowed(logging.Handler):
    """What asyncio logs: exceptions of tasks that nobody retrieved and of callbacks, tasks and sessions left behind."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else None
        self._errors.append(f"{record.getMessage()}: {problem!r}")

    def errors(self, *, all_ages: bool = False) -> list[str]:
        """Those so far. A task tells when it goes, so what waits in cycles is collected: the young, or all.

        To collect all after each test would take longer than the tests.
        """
        gc.collect(2 if all_ages else 1)
        return self._errors

    def forget(self) -> None:
        """Those so far were expected."""
        self._errors.clear()


@contextmanager
def recorded() -> Iterator[Swallowed]:
    """Record while the body runs."""
    handler, logger = Swallowed(), logging.getLogger("asyncio")
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
