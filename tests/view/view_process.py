"""A view in a process of its own, to be killed: `python -m tests.view.view_process BOOTSTRAP TOPIC PATH`.

It prints a line when it has opened the file, and when a batch is written.
"""

import asyncio
import sys
from pathlib import Path

from worker.logs import configure_logs
from worker.runtime.connection import Connection
from worker.runtime.signals import stop_on_signals
from worker.view.role import Written, run_view

BATCH = 150


def say(written: Written) -> None:
    sys.stdout.write(f"{written.changes}\n")
    sys.stdout.flush()


async def main(bootstrap: str, topic: str, path: str) -> None:
    configure_logs("error", json=False)
    with stop_on_signals() as stop:
        await run_view(Connection((bootstrap,)), topic, Path(path), stop, say, batch_records=BATCH)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
