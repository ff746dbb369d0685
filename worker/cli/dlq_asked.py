"""Which dead letters a `dlq` command is about."""

from collections.abc import Sequence

import typer

from worker.deadletters.box import Box, Found
from worker.deadletters.copies import Source
from worker.deadletters.selection import Selection
from worker.deadletters.trial import Trial
from worker.deployment import Deployment
from worker.relay.reading import Unsendable, read
from worker.runtime.record import Record
from worker.topics.names import MESSAGE_METRICS, dead_letters_of
from worker.wiring import make_agents


class Asked:
    """A command's deployment, and which letters it is about."""

    def __init__(self, deployment: Deployment, topics: Sequence[str], selection: Selection) -> None:
        self.deployment = deployment
        self.sources = _sources(deployment)
        self.selection = selection
        names = {name: topic for topic, source in self.sources.items() for name in _names(topic, source)}
        unknown = [topic for topic in topics if topic not in names]
        if unknown:
            known = ", ".join(sorted(source.contract for source in self.sources.values()))
            raise typer.BadParameter(f"{unknown[0]!r} has no dead letters; one of: {known}", param_hint="--topic")
        self.topics = sorted({names[topic] for topic in topics}) or sorted(self.sources)
        if selection.places:
            self.topics = sorted({place.topic for place in selection.places} & set(self.topics))

    @property
    def box(self) -> Box:
        """Their letters."""
        return Box(self.deployment.connection, self.topics)

    def trial(self) -> Trial:
        """The present version's judgement."""
        contracts = {source.topic: source.contract for source in self.sources.values()}
        agents = {contracts[agent.topic]: agent for agent in make_agents(self.deployment)}
        return Trial(agents, {MESSAGE_METRICS: _refused_by_relay})

    async def named(self) -> list[Found]:
        """The letters that were named one by one and are there, also those that no longer wait."""
        places = self.selection.places
        box = Box(self.deployment.connection, sorted({place.topic for place in places}))
        return (await box.overview(Selection(places=places), len(places), handled=True)).shown


def _refused_by_relay(record: Record) -> str | None:
    found = read(record)
    return f"{found.reason}: {found.detail}" if isinstance(found, Unsendable) else None


def _names(topic: str, source: Source) -> tuple[str, ...]:
    return topic, source.topic, source.contract, dead_letters_of(source.contract)


def _sources(deployment: Deployment) -> dict[str, Source]:
    internal = {agent.topic for agent in make_agents(deployment) if agent.internal}
    return {
        deployment.topic(contract.dead_letter): Source(
            contract.name,
            contract.topic,
            contract.topic in internal,
            contract.max_message_bytes,
            contract.retention_ms,
        )
        for contract in deployment.contracts.values()
        if contract.dead_letter is not None
    }
