"""The whole pipeline as one run of the benchmark has it: its configuration and topics, under names of its own."""

import msgspec

from tests.bench.bench import Bench
from tests.bench.job import Job
from worker.config import Config, Kafka
from worker.runtime.tuning import Tuning
from worker.topics import names
from worker.topics.apply import apply
from worker.wiring import Deployment, make_deployment


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
