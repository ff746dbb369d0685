import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from worker.local.errors import LocalKafkaError
from worker.local.jars import Fetched, cache_directory, ensure_jars, locked_jars
from worker.local.lock import KAFKA_VERSION, Jar, format_lock, parse_lock, resolve

PARTS = ("one", "two", "three", "four")


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # the base class's signature
        del format, args


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository on the loopback interface, configured as a user's mirror; nothing else can be reached."""
    root = tmp_path / "repository"
    root.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(root)))
    thread = threading.Thread(target=partial(server.serve_forever, 0.02))
    thread.start()
    configuration = tmp_path / "jgo.conf"
    configuration.write_text(f"[repositories]\nmirror = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    yield root
    server.shutdown()
    thread.join()
    server.server_close()


def publish(repository: Path, artifact: str) -> Jar:
    data = f"the jar {artifact}".encode() * 100
    file = repository / "org" / "test" / artifact / "1.0" / f"{artifact}-1.0.jar"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    return Jar("org.test", artifact, "1.0", hashlib.sha256(data).hexdigest(), len(data))


def test_jars_are_fetched_once_and_progress_is_told(repository: Path, tmp_path: Path) -> None:
    wanted = [publish(repository, part) for part in PARTS]
    told: list[Fetched] = []
    paths = ensure_jars(tmp_path / "cache", told.append, wanted)
    assert [path.name for path in paths] == [f"{part}-1.0.jar" for part in PARTS]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths] == [jar.sha256 for jar in wanted]
    size = sum(jar.size for jar in wanted)
    assert told[0] == Fetched(0, 4, 0, size)
    assert told[-1] == Fetched(4, 4, size, size)
    assert [each.jars for each in told] == [0, 1, 2, 3, 4]
    told.clear()
    assert ensure_jars(tmp_path / "cache", told.append, wanted) == paths
    assert told == []


def test_an_interrupted_fetch_goes_on_where_it_was(repository: Path, tmp_path: Path) -> None:
    wanted = [publish(repository, part) for part in PARTS]
    ensure_jars(tmp_path, wanted=wanted[:2])
    half = tmp_path / "kafka" / ".maven" / "org" / "test" / "three" / "1.0" / "three-1.0.jar"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"the jar th")
    told: list[Fetched] = []
    paths = ensure_jars(tmp_path, told.append, wanted)
    assert told[0].jars == 2
    assert hashlib.sha256(paths[2].read_bytes()).hexdigest() == wanted[2].sha256


@pytest.mark.parametrize("left", [b"", b"the jar th"])
def test_a_jar_that_was_cut_short_in_the_cache_is_fetched_again(left: bytes, repository: Path, tmp_path: Path) -> None:
    wanted = [publish(repository, part) for part in PARTS]
    paths = ensure_jars(tmp_path, wanted=wanted)
    paths[1].write_bytes(left)
    told: list[Fetched] = []
    assert ensure_jars(tmp_path, told.append, wanted) == paths
    assert told[0].jars == 3
    assert hashlib.sha256(paths[1].read_bytes()).hexdigest() == wanted[1].sha256


@pytest.mark.parametrize("cache", [None, "~nobody-of-this-name/cache"])
def test_a_user_without_a_home_directory_is_told(cache: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if cache is None:
        monkeypatch.delenv("SEGMENT_WORKER_CACHE", raising=False)
        monkeypatch.setattr(Path, "home", no_home)
    else:
        monkeypatch.setenv("SEGMENT_WORKER_CACHE", cache)
    with pytest.raises(LocalKafkaError, match="no home directory") as raised:
        ensure_jars()
    assert "HOME" in raised.value.hint


def test_a_damaged_jar_is_refused_and_not_kept(repository: Path, tmp_path: Path) -> None:
    good, bad = publish(repository, "good"), publish(repository, "bad")
    wrong = Jar(bad.group, bad.artifact, bad.version, good.sha256, bad.size)
    with pytest.raises(LocalKafkaError, match="damaged") as raised:
        ensure_jars(tmp_path, wanted=[wrong])
    assert "try again" in raised.value.hint
    assert ensure_jars(tmp_path, wanted=[bad])[0].exists()


def test_what_cannot_be_fetched_is_said_with_what_to_do(repository: Path, tmp_path: Path) -> None:
    missing = Jar("org.test", "missing", "1.0", "0" * 64, 1)
    with pytest.raises(LocalKafkaError, match=r"can't fetch missing-1\.0\.jar") as raised:
        ensure_jars(tmp_path, wanted=[publish(repository, "good"), missing])
    assert "proxy" in raised.value.hint
    assert "REQUESTS_CA_BUNDLE" in raised.value.hint


def test_a_cache_that_cannot_be_written_is_said(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(LocalKafkaError, match="can't keep") as raised:
        ensure_jars(tmp_path / "file", wanted=[publish(repository, "good")])
    assert "SEGMENT_WORKER_CACHE" in raised.value.hint


def test_of_several_at_once_one_fetches_and_the_others_wait(repository: Path, tmp_path: Path) -> None:
    wanted = [publish(repository, part) for part in PARTS]
    told: list[list[Fetched]] = [[], [], []]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda each: ensure_jars(tmp_path, each.append, wanted), told))
    assert results[0] == results[1] == results[2]
    assert sorted(map(len, told)) == [0, 0, 5]


def test_the_cache_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_WORKER_CACHE", "/somewhere")
    assert cache_directory() == Path("/somewhere")
    monkeypatch.delenv("SEGMENT_WORKER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_directory() == Path("/caches/segment-worker")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "segment-worker"


def test_the_lock_holds_one_whole_kafka() -> None:
    jars = locked_jars()
    assert len({jar.filename for jar in jars}) == len(jars)
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {KAFKA_VERSION}
    assert {"kafka_2.13", "kafka-clients", "kafka-server", "log4j-slf4j-impl"} <= {jar.artifact for jar in jars}


def test_the_lock_file_is_as_it_would_be_written(pytestconfig: pytest.Config) -> None:
    text = (pytestconfig.rootpath / "worker" / "local" / "kafka-jars.lock").read_text()
    assert format_lock(parse_lock(text)) == text


def test_resolving_finds_what_an_artifact_needs(repository: Path, tmp_path: Path) -> None:
    pom = (
        "<project><modelVersion>4.0.0</modelVersion><groupId>org.test</groupId><artifactId>{}</artifactId>"
        "<version>1.0</version><dependencies>{}</dependencies></project>"
    )
    needs = "<dependency><groupId>org.test</groupId><artifactId>{}</artifactId><version>1.0</version>{}</dependency>"
    published = [publish(tmp_path / "m2", part) for part in ("one", "two")]
    dependencies = {"one": needs.format("two", "") + needs.format("junit", "<scope>test</scope>"), "two": ""}
    for part, wanted in dependencies.items():
        (tmp_path / "m2" / "org" / "test" / part / "1.0" / f"{part}-1.0.pom").write_text(pom.format(part, wanted))
    assert resolve("org.test:one:1.0", tmp_path / "m2") == published


def test_what_is_cached_costs_no_start_of_jgo(repository: Path, tmp_path: Path) -> None:
    jar = publish(repository, "one")
    ensure_jars(tmp_path, wanted=[jar])
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from worker.local.jars import ensure_jars\n"
        "from worker.local.lock import Jar\n"
        "ensure_jars(Path(sys.argv[1]), wanted=[Jar('org.test', 'one', '1.0', '', int(sys.argv[2]))])\n"
        "assert not any(name.split('.')[0] in ('jgo', 'requests') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path), str(jar.size)], check=True)
