"""The second SIGTERM or Ctrl-C ends a process at once, but not before what it has to say."""

import signal
import subprocess
import sys

import pytest

PROCESS = """
import asyncio
from worker.runtime.signals import stop_on_signals

async def run():
    with stop_on_signals(at_once=lambda: print("at once", flush=True)) as stop:
        print("ready", flush=True)
        await stop.wait()
        print("stopping", flush=True)
        await asyncio.sleep(60)

asyncio.run(run())
"""


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal(second: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROCESS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for expected, number in (("ready", signal.SIGINT), ("stopping", second)):
            assert process.stdout.readline() == f"{expected}\n"
            process.send_signal(number)
        assert process.stdout.read() == "at once\n"
        assert process.wait(20) == 128 + second
