"""A run of the benchmark: its broker, its sizes, and what the parts tell each other."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.job import Job, Options
from worker.local.broker import LocalBroker


@dataclass
class Bench:
    """What every part is given."""

    bootstrap: str
    directory: Path
    quick: bool
    say: Callable[[str], None]
    """Tells the person at the terminal how far it is."""
    scale: float = 1.0
    """What part of the full counts is measured."""
    results: dict[str, object] = field(default_factory=dict)
    """What one part measures for others too, under names that it defines."""
    _names: dict[str, int] = field(default_factory=dict)

    def amount(self, full: int, quick: int) -> int:
        """`full`, or its part in a scaled run, or `quick` in a quick one."""
        return quick if self.quick else max(quick, int(full * self.scale))

    def name(self, stem: str) -> str:
        """A name for a topic or group that no other has in this run."""
        number = self._names[stem] = self._names.get(stem, -1) + 1
        return f"{stem}-{number}"

    def job(self, group: str, partitions: int, source: str, output: str, options: Options | None = None) -> Job:
        """A job on this run's broker."""
        return Job(self.bootstrap, group, partitions, source, output, str(self.directory / group), options or {})


@contextmanager
def started(*, quick: bool, scale: float, say: Callable[[str], None]) -> Iterator[Bench]:
    """A run on a broker of its own, in a temporary folder that is removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        began = time.monotonic()
        with LocalBroker(directory / "kafka") as broker:
            say(f"Kafka runs at {broker.bootstrap} ({time.monotonic() - began:.0f} s)")
            yield Bench(broker.bootstrap, directory, quick, say, scale)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
