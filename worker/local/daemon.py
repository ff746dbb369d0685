"""The local Kafka as `segment-worker kafka` and `dev` run it: in a fixed directory, in a process of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from worker.local.broker import HEAP_MB, STOP_SECONDS, LocalBroker
from worker.local.errors import LocalKafkaError
from worker.local.exclusive import exclusive
from worker.local.jars import Progress
from worker.local.ports import HOST
from worker.local.probe import brokers_alive
from worker.local.process import ask_to_end, end, is_running

DEFAULT_DIRECTORY = Path(".local/kafka")
DEFAULT_PORT = 19092
"""Not Kafka's own 9092, where a Kafka may be running already."""

_STATE_NAME = "broker.json"
_LOCK_NAME = ".lock"

State: TypeAlias = Literal["running", "not answering", "stopped"]


class Status(Struct, frozen=True):
    """Whether the local Kafka runs, and where. `pid`, `bootstrap` are None when stopped."""

    state: State
    directory: str
    log: str
    pid: int | None = None
    bootstrap: str | None = None


class _Running(Struct, frozen=True):
    """What is noted of a broker that was left running."""

    pid: int
    port: int
    borrowed: bool = False
    """Whether it is stopped by who borrows it."""


def status(directory: Path = DEFAULT_DIRECTORY) -> Status:
    """How the local Kafka of `directory` is. Changes nothing."""
    directory = directory.resolve()
    log = str(directory / "kafka.log")
    running = _read(directory)
    if running is None or not is_running(running.pid, _marker(directory)):
        return Status("stopped", str(directory), log)
    state: State = "running" if brokers_alive(HOST, running.port) else "not answering"
    return Status(state, str(directory), log, running.pid, f"{HOST}:{running.port}")


def start(
    directory: Path = DEFAULT_DIRECTORY,
    port: int = DEFAULT_PORT,
    controller_port: int | None = None,
    heap_mb: int = HEAP_MB,
    progress: Progress | None = None,
) -> Status:
    """Start it and leave it running; where it runs already, say so. Its controller listens on the port after `port`.

    Several processes may call it at once: one starts it, the others wait. Raises LocalKafkaError, which says what to
    do.
    """
    with _alone(directory):
        return _start(directory, port, controller_port, heap_mb, progress)


@contextmanager
def borrowed(
    directory: Path = DEFAULT_DIRECTORY,
    port: int = DEFAULT_PORT,
    progress: Progress | None = None,
    stopping: Callable[[], None] = lambda: None,
) -> Iterator[Status]:
    """It, running, for as long as it is needed; it is stopped then, unless it was `start` that started it.

    `stopping` is called before that. Raises LocalKafkaError, which says what to do.
    """
    with _alone(directory):
        found = _start(directory, port, None, HEAP_MB, progress, borrowed=True)
    try:
        yield found
    finally:
        noted = _read(directory.resolve())
        if noted is not None and noted.borrowed:
            stopping()
            stop(directory)


def _start(
    directory: Path,
    port: int,
    controller_port: int | None,
    heap_mb: int,
    progress: Progress | None,
    *,
    borrowed: bool = False,
) -> Status:
    found = status(directory)
    if found.state == "running":
        return found
    if found.state == "not answering":
        hint = f"see {found.log}, or end it with `segment-worker kafka stop`"
        raise LocalKafkaError(f"the local Kafka (process {found.pid}) runs but does not answer", hint)
    broker = LocalBroker(
        directory,
        port=port,
        controller_port=controller_port or port + 1,
        heap_mb=heap_mb,
        progress=progress,
    )
    broker.start()
    with broker.leaving() as pid:
        _state_file(directory.resolve()).write_bytes(msgspec.json.encode(_Running(pid, port, borrowed)))
    return status(directory)


def stop(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Stop it, keeping its data; killed when it takes longer than 20 s. False where none ran.

    Raises LocalKafkaError, which says what to do: it is another user's, or does not end.
    """
    found = status(directory)
    directory = directory.resolve()
    try:
        if found.pid is not None:
            end(found.pid, _marker(directory), STOP_SECONDS)
        if _state_file(directory).exists():
            _state_file(directory).unlink(missing_ok=True)
    except OSError as error:  # a TimeoutError is one
        hint = "is the directory right? Let the user stop it who started it"
        raise LocalKafkaError(f"can't stop the Kafka of {directory}: {error}", hint) from error
    return found.pid is not None


def dismiss(directory: Path = DEFAULT_DIRECTORY) -> bool:
    """Ask it to end, and don't wait, if it is stopped by who borrows it. Whether it was running."""
    directory = directory.resolve()
    noted = _read(directory)
    return noted is not None and noted.borrowed and ask_to_end(noted.pid, _marker(directory))


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """While nobody else starts the Kafka of `directory`."""
    lock = directory / _LOCK_NAME
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock.touch()
    except OSError as error:
        hint = "name a directory that can be written"
        raise LocalKafkaError(f"can't use {directory} for Kafka's data: {error}", hint) from error
    with exclusive(lock):
        yield


def _state_file(directory: Path) -> Path:
    return directory / _STATE_NAME


def _marker(directory: Path) -> str:
    """What the command line of the broker of `directory` has, and no other process."""
    return str(directory / "server.properties")


def _read(directory: Path) -> _Running | None:
    try:
        return msgspec.json.decode(_state_file(directory).read_bytes(), type=_Running)
    except (OSError, msgspec.ValidationError, msgspec.DecodeError):
        return None
