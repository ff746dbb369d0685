"""Fetches Apache Kafka's jars once into the user's cache: jgo gets them, their SHA-256 is checked.

Needs no Java, Maven or Docker. The set is fixed by `kafka-jars.lock` (see `lock.py`).
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from worker.local.errors import LocalKafkaError
from worker.local.exclusive import exclusive
from worker.local.lock import Jar, parse_lock

if TYPE_CHECKING:
    from jgo.maven import MavenContext

CACHE_VARIABLE = "SEGMENT_WORKER_CACHE"

_MAVEN_NAME = ".maven"  # jgo's own cache, of which nothing is left when all is fetched
_PARALLEL = 8
_HTTP_TIMEOUT_SECONDS = 60


class Fetched(Struct, frozen=True):
    """How far the fetching is: `jars` of `jars_total`, `size` of `size_total` bytes."""

    jars: int
    jars_total: int
    size: int
    size_total: int


Progress: TypeAlias = Callable[[Fetched], None]
"""Called once at the start and after each jar, from the calling thread; not at all when nothing is to fetch."""


def cache_directory() -> Path:
    """Where fetched files are kept: $SEGMENT_WORKER_CACHE, else segment-worker in the user's cache directory.

    Raises:
        LocalKafkaError: when that is in a home directory, and there is none.
    """
    with _at_home():
        if named := os.environ.get(CACHE_VARIABLE):
            return Path(named).expanduser()
        base = os.environ.get("XDG_CACHE_HOME")
        return (Path(base) if base else Path.home() / ".cache") / "segment-worker"


def locked_jars() -> list[Jar]:
    """The jars that make up the local Kafka."""
    return parse_lock(files("worker.local").joinpath("kafka-jars.lock").read_text())


def ensure_jars(
    cache: Path | None = None, progress: Progress | None = None, wanted: list[Jar] | None = None
) -> list[Path]:
    """The paths of Kafka's jars (or those `wanted`) for a class path, fetched first where the cache lacks them.

    Takes milliseconds when they are. Several processes may call it at once: one fetches, the others wait. An
    interrupted fetch goes on where it was; a jar of another size than it must have (a power cut leaves such) is fetched
    again. Raises LocalKafkaError, which says what to do, when a jar can't be had.
    """
    wanted = locked_jars() if wanted is None else wanted
    directory = (cache or cache_directory()) / "kafka"
    paths = [directory / jar.filename for jar in wanted]
    try:
        if not _missing(wanted, directory):
            return paths
        directory.mkdir(parents=True, exist_ok=True)
        with exclusive(directory / ".lock"):
            _fetch_missing(_missing(wanted, directory), wanted, directory, progress)
    except OSError as error:
        raise LocalKafkaError(
            f"can't keep Kafka's jars in {directory}: {error}",
            f"free some space (about 60 MB are needed), or name another directory in {CACHE_VARIABLE}",
        ) from error
    return paths


def _missing(wanted: list[Jar], directory: Path) -> list[Jar]:
    """Those of `wanted` that are not in `directory` as they must be. Raises OSError."""
    return [jar for jar in wanted if not _is_whole(directory / jar.filename, jar)]


def _is_whole(path: Path, jar: Jar) -> bool:
    try:
        return path.stat().st_size == jar.size
    except FileNotFoundError:
        return False


def _fetch_missing(missing: list[Jar], wanted: list[Jar], directory: Path, progress: Progress | None) -> None:
    if not missing:
        return
    size_total = sum(jar.size for jar in wanted)
    jars, size = len(wanted) - len(missing), size_total - sum(jar.size for jar in missing)

    def report() -> None:
        if progress:
            progress(Fetched(jars, len(wanted), size, size_total))

    report()
    context = _maven(directory / _MAVEN_NAME)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        fetching = {pool.submit(_fetch, context, jar, directory): jar for jar in missing}
        try:
            for done in as_completed(fetching):
                done.result()
                jars, size = jars + 1, size + fetching[done].size
                report()
        finally:
            pool.shutdown(cancel_futures=True)
    shutil.rmtree(directory / _MAVEN_NAME, ignore_errors=True)


def _maven(repository: Path) -> "MavenContext":
    """A Maven context over the repositories of the user's jgo configuration (a mirror, say), then Maven Central."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext, PythonResolver

    with _at_home():
        remotes = {**GlobalSettings.load().repositories, "central": MAVEN_CENTRAL_URL}
    return MavenContext(
        resolver=PythonResolver(), repo_cache=repository, remote_repos=remotes, timeout=_HTTP_TIMEOUT_SECONDS
    )


@contextmanager
def _at_home() -> Iterator[None]:
    """A block that may look for the user's home directory, which a user without an entry and without HOME lacks."""
    try:
        yield
    except RuntimeError as error:
        raise LocalKafkaError(
            f"there is no home directory for Kafka's jars: {error}",
            f"set HOME to a directory that can be written, or correct {CACHE_VARIABLE}",
        ) from error


def _fetch(context: "MavenContext", jar: Jar, directory: Path) -> None:
    """Fetch one jar; it appears under its name only when whole and as locked."""
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    if artifact.cached_path:
        artifact.cached_path.unlink(missing_ok=True)  # what an interrupted run left
    hint = (
        "check the network (a proxy is taken from HTTPS_PROXY, certificates to trust from REQUESTS_CA_BUNDLE, a mirror "
        "from [repositories] in ~/.config/jgo.conf) and try again: what is fetched already is kept"
    )
    try:
        fetched: Path = artifact.resolve()
    except (OSError, RuntimeError) as error:  # jgo: requests' errors are OSErrors, "not found" is a RuntimeError
        raise LocalKafkaError(f"can't fetch {jar.filename} of Apache Kafka: {error}", hint) from error
    found = hashlib.sha256(fetched.read_bytes()).hexdigest()
    if found != jar.sha256:
        fetched.unlink()
        raise LocalKafkaError(f"{jar.filename} came damaged (SHA-256 {found}, expected {jar.sha256})", hint)
    fetched.replace(directory / jar.filename)
