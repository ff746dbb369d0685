"""The whole pipeline as one run of the benchmark has it: its configuration and topics, under names of its own."""

import asyncio

import msgspec

from tests.bench.bench import Bench
from tests.bench.job import Job
from worker.config import Config, Kafka
from worker.deployment import Deployment, make_deployment
from worker.runtime.lag import LagReader
from worker.runtime.tuning import Tuning
from worker.topics import names
from worker.topics.apply import apply

"""The contracts of the keyed topics."""


def deployment_of(job: Job) -> Deployment:
    """The deployment of `job`: all settings are defaults, but for the names and for what its options say of Tuning."""
    kafka = Kafka(
        bootstrap_servers=(job.bootstrap,),
        app_id=job.group,
        topic_prefix=f"{job.group}.",
        partitions=job.partitions,
    )
    return make_deployment(Config(kafka=kafka, worker=msgspec.convert(job.options, Tuning, strict=False)))


async def pipeline_job(bench: Bench, stem: str, partitions: int) -> Job:
    """Make the topics by their contracts; a job from segment.events to workspace.changes."""
    group = bench.name(stem)
    job = bench.job(group, partitions, f"{group}.{names.SEGMENT_EVENTS}", f"{group}.{names.WORKSPACE_CHANGES}")
    deployment = deployment_of(job)
    await apply(deployment.connection, deployment.contracts)
    assert (deployment.topic(names.SEGMENT_EVENTS), deployment.topic(names.WORKSPACE_CHANGES)) == (
        job.input,
        job.output,
    )
    return job


async def settled(job: Job, longest_s: float = 3600.0) -> None:
    """Wait until nothing waits for the worker. Raises TimeoutError."""
    deployment = deployment_of(job)
    topics = [deployment.topic(name) for name in (names.SEGMENT_EVENTS, *names.KEYED)]
    before = None
    async with asyncio.timeout(longest_s), LagReader(deployment.connection) as lag:
        while True:
            now = await lag.group(deployment.group, topics)
            if now == before and not any(row.lag for row in now):
                return
            before = now
            await asyncio.sleep(1.0)
