"""The lock of the local Kafka's jars: exactly which files make it up, with their SHA-256.

With it no dependency is resolved at set-up, every machine runs the same bytes, and a damaged download is noticed.
To move to another Kafka, change ENDPOINT and run `python -m worker.local.lock > worker/local/kafka-jars.lock`.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

KAFKA_VERSION = "4.1.1"

# `!` keeps jgo from taking Log4j's managed versions for the whole set: they'd put Kafka 3.8's clients into the broker.
ENDPOINT = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.24.3!+org.apache.logging.log4j:log4j-core:2.24.3!"
)

HEADER = """\
# The jars of the local Kafka: group:artifact:version, SHA-256, size in bytes. Written by `python -m worker.local.lock`.
"""

_PARALLEL = 8
_TIMEOUT_SECONDS = 60


class Jar(Struct, frozen=True):
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int
    """Bytes."""

    @property
    def filename(self) -> str:
        """The jar's name in a Maven repository, and in our cache."""
        return f"{self.artifact}-{self.version}.jar"


def parse_lock(text: str) -> list[Jar]:
    """The jars of a lock file's text. Raises ValueError on a line that is none of its form."""
    jars = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            coordinate, sha256, size = line.split()
            group, artifact, version = coordinate.split(":")
            jars.append(Jar(group, artifact, version, sha256, int(size)))
    return jars


def format_lock(jars: list[Jar]) -> str:
    """The lock file's text for `jars`, sorted."""
    lines = sorted(f"{jar.group}:{jar.artifact}:{jar.version} {jar.sha256} {jar.size}" for jar in jars)
    return HEADER + "".join(f"{line}\n" for line in lines)


def resolve(endpoint: str, directory: Path) -> list[Jar]:
    """Resolve jgo `endpoint` with all it needs at run time, fetching the jars into `directory` (a Maven repository)."""
    from jgo.maven import MavenContext, PythonResolver
    from jgo.parse import Endpoint

    context = MavenContext(resolver=PythonResolver(), repo_cache=directory, timeout=_TIMEOUT_SECONDS)
    roots = [replace(coordinate, scope="compile") for coordinate in Endpoint.parse(endpoint).coordinates]
    inputs, transitive = context.resolver.resolve([context.create_dependency(root) for root in roots])
    needed = [*inputs, *(found for found in transitive if found.scope in ("compile", "runtime"))]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        paths = list(pool.map(lambda found: found.artifact.resolve(), needed))
    return [
        Jar(found.groupId, found.artifactId, found.version, hashlib.sha256(data).hexdigest(), len(data))
        for found, data in zip(needed, (path.read_bytes() for path in paths), strict=True)
    ]


if __name__ == "__main__":
    import sys

    with TemporaryDirectory() as scratch:
        sys.stdout.write(format_lock(resolve(ENDPOINT, Path(scratch))))
