"""What the benchmark ran on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from tests.bench.report import Table
from worker.local.lock import KAFKA_VERSION

_LIBRARIES = ("faust-streaming", "mode-streaming", "aiokafka", "orjson", "msgspec")


def machine() -> Table:
    """The machine and the versions, as a table."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    rows = (
        ("processor", f"{_first_line_value('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores"),
        ("memory", f"{int(_first_line_value('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"),
        ("broker", f"Apache Kafka {KAFKA_VERSION}, one KRaft node on the same machine, started for the run"),
        ("libraries", libraries),
        ("load average", " / ".join(f"{load:.1f}" for load in os.getloadavg())),
    )
    return Table("Machine and versions", ("", "at the start"), rows)


def _first_line_value(file: str, name: str) -> str:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return "0 (unknown)"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "0 (unknown)")
