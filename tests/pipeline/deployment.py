"""A deployment of a test's own: topics under a prefix, a configuration file, worker processes."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import orjson
from msgspec import Struct

from worker.config import load_config
from worker.deployment import Deployment, make_deployment
from worker.gateway.lines import Line
from worker.gateway.sending import InboundTopic, inbound_publisher, send_lines
from worker.jsontypes import JsonObject
from worker.runtime.lag import LagReader
from worker.topics import names
from worker.topics.apply import apply


class Setup(Struct, frozen=True):
    """A deployment whose topics exist, and the file that configures it."""

    deployment: Deployment
    config: Path
    bootstrap: str

    def topic(self, name: str) -> str:
        """What a contract's topic is called here."""
        return self.deployment.topic(name)

    def start(self, role: str = "worker", *options: str) -> subprocess.Popen[bytes]:
        """A role as a process of its own."""
        with self.config.with_name(f"{role}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "worker", role, "--config", str(self.config), *options], stdout=log, stderr=log
            )

    async def send(self, values: Sequence[bytes], topic: str = names.SEGMENT_EVENTS) -> None:
        """Send as the gateway does."""
        contract = self.deployment.contracts[topic]
        where = InboundTopic(contract.topic, topic, contract.partitions)
        lines = [Line("test", number, value, 0) for number, value in enumerate(values, 1)]
        async with inbound_publisher(self.deployment.connection, contract) as publisher:
            await send_lines(publisher, where, lines, lambda _: None)

    async def settled(self, timeout_s: float) -> None:
        """Return when nothing waits for a worker; raise TimeoutError when that takes too long."""
        topics = [self.topic(name) for name in names.WORKER_INPUTS]
        async with asyncio.timeout(timeout_s), LagReader(self.deployment.connection) as lag:
            before = None
            while True:
                now = await lag.group(self.deployment.group, topics)
                if now == before and now[0].end and now[1].end and not any(row.lag for row in now):
                    return
                before = now
                await asyncio.sleep(0.5)


@asynccontextmanager
async def setup(
    bootstrap: str, directory: Path, partitions: int = 4, sections: Mapping[str, JsonObject] | None = None
) -> AsyncIterator[Setup]:
    """A deployment with topics of its own on the broker; `sections` are further ones of its configuration."""
    name = f"test-{uuid4().hex[:12]}"
    path = directory / "workspace.yaml"
    path.write_bytes(
        orjson.dumps(
            {
                "kafka": {
                    "bootstrap_servers": [bootstrap],
                    "topic_prefix": f"{name}.",
                    "app_id": name,
                    "partitions": partitions,
                },
                "worker": {
                    "session_timeout_s": 6.0,
                    "heartbeat_interval_s": 0.5,
                    "request_timeout_s": 12.0,
                    "delivery_timeout_s": 5.0,
                    "commit_interval_s": 0.2,
                },
                "view": {"path": str(directory / "view.sqlite")},
                **(sections or {}),
            }
        )
    )
    deployment = make_deployment(load_config(path))
    await apply(deployment.connection, deployment.contracts)
    yield Setup(deployment, path, bootstrap)


def end(process: subprocess.Popen[bytes], timeout_s: float = 15.0) -> int:
    """Ask a process to stop, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout_s)
