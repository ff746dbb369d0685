"""A single-node Apache Kafka (KRaft) as a process on this machine, for `segment-worker kafka`, `dev` and the tests."""

import base64
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from worker.local.errors import LocalKafkaError
from worker.local.jars import Progress, ensure_jars
from worker.local.ports import HOST, free_ports, is_free
from worker.local.probe import brokers_alive
from worker.local.process import end, java_command, release_guard, run, spawn, spawn_guard
from worker.local.settings import Listener, Node, write_settings

HEAP_MB = 512
STOP_SECONDS = 20.0
"""How long a broker may take to stop; then it is killed."""

_POLL_SECONDS = 0.05
_ATTEMPTS = 3
_FREE_DISK_MB = 300
_QUICK = "-XX:TieredStopAtLevel=1"  # compile quickly instead of well
_PORT_TAKEN = "Address already in use"


class LocalBroker:
    """One broker in one directory. Its methods block; from async code call them by `asyncio.to_thread`.

    The broker ends when this process does, killed ones included, unless it is let go (`leaving`). A directory keeps its
    data: a broker started on it again has the topics of the last one. Ports that are not given are chosen free at the
    first start and then stay the same. With `quick_start` it takes a third less work to start and more to serve: for
    tests. `listeners` are further ways to it, with TLS or passwords; `scram_users` (by name, their passwords) are those
    whom its new storage knows by SCRAM. It is a cluster by itself, unless Kafka's `settings` make it a node of the one
    that `cluster_id` names.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        controller_port: int | None = None,
        heap_mb: int = HEAP_MB,
        quick_start: bool = False,
        listeners: tuple[Listener, ...] = (),
        scram_users: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        cluster_id: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._directory = directory.resolve()
        self._ports = (port, controller_port)
        self._heap_mb = heap_mb
        self._quick_start = quick_start
        self._listeners = listeners
        self._scram_users = scram_users or {}
        self._settings = settings or {}
        self._cluster_id = cluster_id or new_cluster_id()
        self._progress = progress
        self._node: Node | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def node(self) -> Node:
        """Where it listens and where its files are. Raises RuntimeError before the first start."""
        if self._node is None:
            raise RuntimeError("this broker was not started yet")
        return self._node

    @property
    def bootstrap(self) -> str:
        """What a client is given to connect, e.g. 127.0.0.1:19092. Raises RuntimeError before the first start."""
        return self.node.bootstrap

    @property
    def pid(self) -> int | None:
        """The process id of the broker, None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, timeout_seconds: float = 60.0) -> None:
        """Start it and wait until it serves. Fetches Kafka's jars first where needed.

        Raises LocalKafkaError, which says what to do: no jars, no disk space, port in use, died or not ready in time.
        """
        if self.pid:
            return
        self._release_guard()  # of one that ended by itself
        jars = ensure_jars(progress=self._progress)
        for left in reversed(range(_ATTEMPTS)):
            node = self._node or self._choose_node()
            try:
                self._prepare(node, jars)
                self._launch(node, jars, timeout_seconds)
            except _PortTakenError:
                if None not in self._ports or self._node or not left:
                    raise
            else:
                self._node = node
                return

    def stop(self) -> None:
        """Stop it in an orderly way (it is killed if that takes longer than 20 s); nothing when it does not run."""
        self._end(STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process:
            self._release_guard()
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def leaving(self) -> Iterator[int]:
        """Give the process id of a running broker to a block that notes it, and then let go of the broker.

        Where the block does not end well, the broker is killed: nobody could find it. This object then holds none.
        """
        if self._process is None:
            raise RuntimeError("no broker is running that may be left alone")
        try:
            yield self._process.pid
        except BaseException:
            self.kill()
            raise
        self._release_guard()
        self._process.returncode = 0  # so that Popen does not warn of a child nobody waits for
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _choose_node(self) -> Node:
        port, controller_port = self._ports
        chosen = free_ports(2)
        return Node(self._directory, port or chosen[0], controller_port or chosen[1], self._listeners, self._settings)

    def _prepare(self, node: Node, jars: list[Path]) -> None:
        """Check what can be checked beforehand, write the settings, format the storage where it is new."""
        for port in (node.port, node.controller_port):
            if not is_free(port):
                raise _PortTakenError(port)
        try:
            write_settings(node)
            free_mb = shutil.disk_usage(node.directory).free // 2**20
        except OSError as error:
            hint = "name a directory that can be written"
            raise LocalKafkaError(f"can't use {node.directory} for Kafka's data: {error}", hint) from error
        if free_mb < _FREE_DISK_MB:
            raise LocalKafkaError(
                f"only {free_mb} MB of disk are free at {node.directory}",
                f"free at least {_FREE_DISK_MB} MB, or name another directory",
            )
        if not (node.data / "meta.properties").exists():
            users = [
                argument
                for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
                for name, password in self._scram_users.items()
                for argument in ("--add-scram", f"{mechanism}=[name={name},password={password}]")
            ]
            cluster = ("-t", self._cluster_id, "-c", str(node.properties), "--ignore-formatted")
            arguments = ("format", *cluster, *users)
            options = ("-Xmx128m", _QUICK, _logging(node))
            command = java_command(jars, "kafka.tools.StorageTool", *arguments, options=options)
            # A start that was killed a moment ago may have formatted it meanwhile.
            if run(command, node.output) and not (node.data / "meta.properties").exists():
                raise LocalKafkaError(f"Kafka can't format {node.data}: {_tail(node)}", "see the reason above")

    def _launch(self, node: Node, jars: list[Path], timeout_seconds: float) -> None:
        node.log.unlink(missing_ok=True)
        options = (f"-Xmx{self._heap_mb}m", *((_QUICK,) if self._quick_start else ()), _logging(node))
        command = java_command(jars, "kafka.Kafka", str(node.properties), options=options)
        self._process = spawn(command, node.output)
        self._guard = spawn_guard(self._process.pid)
        deadline = time.monotonic() + timeout_seconds
        try:
            while not brokers_alive(HOST, node.port):
                if self._process.poll() is not None:
                    if _PORT_TAKEN in _log_text(node):
                        raise _PortTakenError(node.port)
                    raise LocalKafkaError(f"Kafka ended while starting: {_tail(node)}", f"the whole log is {node.log}")
                if time.monotonic() > deadline:
                    hint = f"the machine may be too busy: try again; the log is {node.log}"
                    raise LocalKafkaError(f"Kafka does not answer after {timeout_seconds:.0f} s: {_tail(node)}", hint)
                time.sleep(_POLL_SECONDS)
        except BaseException:  # Ctrl-C included: what was started here does not stay
            self.kill()
            raise

    def _end(self, patience_seconds: float) -> None:
        if self._process:
            self._release_guard()
            end(self._process.pid, "kafka.Kafka", patience_seconds)
            self._process.wait()
            self._process = None

    def _release_guard(self) -> None:
        if self._guard:
            release_guard(self._guard)
            self._guard = None


def new_cluster_id() -> str:
    """A new cluster id as Kafka wants it: 16 bytes in base64. The first is 0, else it might look like an option."""
    return base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[1:]).decode().rstrip("=")


class _PortTakenError(LocalKafkaError):
    """Another program listens on a port that was to be ours."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} of {HOST} is in use by another program",
            "end that program, or choose another port; if it is a Kafka you want to use, name it in the configuration",
        )


def _logging(node: Node) -> str:
    return f"-Dlog4j2.configurationFile={node.logging.name}"


def _log_text(node: Node) -> str:
    text = ""
    for file in (node.output, node.log):
        with suppress(FileNotFoundError):
            text += file.read_text(errors="replace")
    return text


def _tail(node: Node) -> str:
    """The lines of its log that tell most: the last errors, else the last lines."""
    lines = [line for line in _log_text(node).splitlines() if line.strip()]
    errors = [line for line in lines if any(word in line for word in ("ERROR", "FATAL", "Exception", "Error:"))]
    return "\n    ".join(["", *(errors or lines)[-5:]])
