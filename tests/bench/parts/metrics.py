"""(m) Message metrics: what mapping costs, how fast the relay delivers, and its memory."""

import asyncio
import timeit
from statistics import median

import orjson

from tests.bench.bench import Bench
from tests.bench.deployment import deployment_of
from tests.bench.job import Job
from tests.bench.measure import Flow, Speed, flow
from tests.bench.metrics import EVENT_BYTES, metric_events
from tests.bench.process import Contender, python
from tests.bench.report import Section, Table, at_least, at_most, three_digits
from tests.bench.topics import load
from tests.metrics.payloads import synthetic_webhooks
from worker.local.segment_api import Recorder, SegmentApi
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper
from worker.metrics.webhook import decode_webhook
from worker.topics import names
from worker.topics.apply import apply

PARTITIONS = 12
ROUNDS = 3
CONTENDERS = {"relay": "the relay", "posts": "bare aiohttp, no ledger"}

METHOD = f"""\
Mapping: each of the 227 synthetic webhooks is decoded, mapped and encoded; against `orjson.loads` and `orjson.dumps`
of the same. Delivery: {EVENT_BYTES}-byte track events in {PARTITIONS} partitions, posted over HTTP to the stand-in of
Segment's API, which runs in the benchmark's process and checks each event. The bare loop has read everything into
memory before, posts batches as full, compressed alike and as many at a time, and keeps nothing; the relay reads Kafka,
asks and writes its ledger, and commits each batch. Medians of {ROUNDS} runs, taken in turn. Memory: of the relay's
process after a fifth of the events and after all."""


class _Arrived:
    """What Segment has accepted, as a tail."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def count(self) -> int:
        return self._recorder.accepted


async def run(bench: Bench) -> Section:
    """Measure."""
    mapping = _mapping()
    bench.say(f"mapping takes {mapping:.1f} times its JSON")
    count = bench.amount(200_000, 20_000)
    topic = await _topic(bench, count)
    flows: dict[str, list[Flow]] = {name: [] for name in CONTENDERS}
    for _ in range(bench.amount(ROUNDS, 1)):
        for name in CONTENDERS:
            found = await _deliver(bench, topic, name, count)
            flows[name].append(found)
            bench.say(f"{CONTENDERS[name]}: {found.rate:,.0f} events/s, {found.cpu_us:.1f} µs CPU")
    speeds = {name: Speed.of(each) for name, each in flows.items()}
    many = bench.amount(1_000_000, 20_000)
    early, late = await _memory(bench, many)
    rows = tuple(
        (CONTENDERS[name], three_digits(speed.rate), f"{speed.cpu_us:.1f} µs") for name, speed in speeds.items()
    )
    sizes = ((f"{many:,} events", f"{early / 2**20:.1f} MiB", f"{late / 2**20:.1f} MiB"),)
    return Section(
        "(m) Message metrics",
        METHOD,
        (
            Table("Delivery", ("", "events/s", "CPU an event"), rows),
            Table("The relay's memory", ("", "after a fifth", "after all"), sizes),
        ),
        (
            at_most("(m) mapping a webhook / its JSON", 8, mapping, "×"),
            at_least("(m) relay / bare aiohttp loop", 0.5, speeds["relay"].rate / speeds["posts"].rate),
            at_most("(m) growth of the relay's memory over the rest", 1.1, late / early, "×"),
        ),
    )


def _mapping() -> float:
    """Mapping against JSON alone; the median of pairs, as a busy machine slows both of a pair."""
    raws = [orjson.dumps(body) for _, body in synthetic_webhooks()]
    mapper = TrackMapper(MetricsSettings())

    def json_only() -> None:
        for raw in raws:
            orjson.dumps(orjson.loads(raw))

    def mapped() -> None:
        for raw in raws:
            result = mapper.map(decode_webhook(raw))
            assert isinstance(result, Mapped)
            orjson.dumps(result.event)

    return median(timeit.timeit(mapped, number=10) / timeit.timeit(json_only, number=10) for _ in range(15))


async def _topic(bench: Bench, count: int) -> Job:
    """Make the topics of a deployment, and fill the one that relays read."""
    group = bench.name("metrics")
    job = bench.job(group, PARTITIONS, f"{group}.{names.MESSAGE_METRICS}", "")
    deployment = deployment_of(job)
    await apply(deployment.connection, deployment.contracts)
    await load(bench.bootstrap, job.input, PARTITIONS, metric_events(count))
    bench.say(f"{count:,} message metrics in {job.input}")
    return job


def _job(bench: Bench, topic: Job, name: str, url: str) -> Job:
    """The contender's own directory; the relay's offsets are forgotten by a group of its own."""
    directory = bench.directory / bench.name(f"{topic.group}-{name}")
    return Job(
        topic.bootstrap, topic.group, PARTITIONS, topic.input, "", str(directory), {"url": url, "group": directory.name}
    )


async def _deliver(bench: Bench, topic: Job, name: str, count: int) -> Flow:
    async with SegmentApi(Recorder(keep=0)) as segment:
        job = _job(bench, topic, name, f"{segment.url}/v1/batch")
        with Contender(python(name), job, name=name) as contender:
            return await flow(contender, _Arrived(segment.recorder), count)


async def _memory(bench: Bench, count: int) -> tuple[int, int]:
    """Resident bytes of a relay after a fifth of `count` events, and after all."""
    topic = await _topic(bench, count)
    async with SegmentApi(Recorder(keep=0)) as segment:
        job = _job(bench, topic, "relay", f"{segment.url}/v1/batch")
        with Contender(python("relay"), job, name="relay") as contender:
            watched = asyncio.create_task(flow(contender, _Arrived(segment.recorder), count))
            while segment.recorder.accepted < count // 5 and not watched.done():
                await asyncio.sleep(0.05)
            early = contender.resident_bytes()
            await watched
            return early, contender.resident_bytes()
