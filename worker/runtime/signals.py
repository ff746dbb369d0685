"""SIGTERM and Ctrl-C as an event: the first asks for a graceful end, a second one ends the process at once."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that is set at the first SIGTERM or SIGINT. Use it inside a running loop, in the main thread."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def asked(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, asked, number)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
