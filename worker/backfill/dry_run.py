"""What a backfill would change: its events through the real decisions, on a copy of the state. Nothing is written."""

from collections.abc import Callable
from typing import cast

from worker.agents.perform import with_news
from worker.backfill.copied import copied_network
from worker.backfill.copies import ANY_RUN, LINE_ROOM_BYTES, copy_in
from worker.backfill.plan import Plan, first_progress
from worker.backfill.selecting import Chosen, Unreadable, chooser
from worker.backfill.sources import read_source
from worker.backfill.summary import Summary, Tally
from worker.config import compile_subscriptions
from worker.deployment import Deployment
from worker.destination.subscriptions import Subscriptions
from worker.gateway.keying import record_partition
from worker.reasons import Reason
from worker.simulation.network import Network
from worker.topics import names
from worker.workspace.changes import WorkspaceChange
from worker.workspace.messages import Cause
from worker.workspace.routing import joined, route


async def dry_run(deployment: Deployment, plan: Plan, told: Callable[[int], None]) -> Summary:
    """Play `plan`, which is of segment.events; `told` gets how much is read, as `Progress.done` has it.

    Raises as `worker.backfill.run.replay` does, and RecoveryFailed.
    """
    rehearsal = Rehearsal(await copied_network(deployment), compile_subscriptions(deployment.config))
    choose = chooser(plan)
    events = filtered = unreadable = missing = 0
    progress = first_progress(plan)
    contract = deployment.contracts[plan.contract]
    longest = contract.max_message_bytes - LINE_ROOM_BYTES
    async for batch in read_source(deployment.connection, plan, progress, longest):
        unreadable += batch.oversized
        missing += batch.missing
        for source in batch.records:
            chosen = choose(source, batch.fallback_ms)
            if chosen is None:
                filtered += 1
            elif isinstance(chosen, Unreadable) or copy_in(ANY_RUN, plan, chosen, contract) is None:
                unreadable += 1
            else:
                events += 1
                rehearsal.play(chosen)
        told(batch.done)
    return rehearsal.tally.summary(events, filtered, unreadable, missing)


class Rehearsal:
    """Decides on a network of its own what the running system would."""

    def __init__(self, network: Network, subscriptions: Subscriptions) -> None:
        self.tally = Tally()
        self._network = network
        self._subscriptions = subscriptions

    def play(self, chosen: Chosen) -> None:
        """Let an event through, and count what it changes."""
        event, source, network = chosen.event, chosen.source, self._network
        assert event is not None, "webhooks change nothing in the workspace"
        arrived = chosen.arrived_ms / 1000
        partition = record_partition(source.key, source.value, network.partitions)
        cause = Cause(
            event.message_id or source.identity,
            arrived if event.time is None else event.time,
            arrived,
            names.SEGMENT_EVENTS,
            partition,
            source.position,
        )
        for outcome in self._subscriptions.commands(event, arrived):
            if outcome.error is not None:
                self.tally.dead_letters[(outcome.reason or Reason.INVALID_FIELDS).value] += 1
            for command in joined(outcome.commands):
                effects = route(command, cause, network.settings)
                for dead in network.take(effects, (names.SEGMENT_EVENTS, partition)):
                    self.tally.dead_letters[dead.reason.value] += 1
        network.settle()
        for published in with_news(network.changes):
            self.tally.add(published.key, cast("WorkspaceChange", published.change))  # type: ignore[union-attr]  # all Publish
        network.changes.clear()
