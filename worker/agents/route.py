"""Agent route: what Segment sent becomes commands, and each command goes to the agents it concerns.

Reads `segment.events` and keeps no state: after a crash an event is routed again, and the receivers drop the repeats.
"""

from worker.agents.original import arrival, identity, original
from worker.agents.outlets import Outlets, for_calls
from worker.agents.perform import Performer, with_news
from worker.destination.subscriptions import Subscriptions
from worker.reasons import Reason
from worker.runtime.agent import AgentSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.record import Record
from worker.runtime.unit import Unit
from worker.segment.events import InvalidEvent, decode_event
from worker.topics import names
from worker.workspace.messages import Cause
from worker.workspace.routing import joined, route
from worker.workspace.settings import WorkspaceSettings


def route_agent(
    topic: str, subscriptions: Subscriptions, settings: WorkspaceSettings, outlets: Outlets
) -> AgentSpec[None]:
    """The agent, reading `topic`."""
    dead_letters = outlets.dead_letters[names.SEGMENT_EVENTS]
    perform = Performer(for_calls(outlets), dead_letters).perform

    def handle(record: Record, unit: Unit[None]) -> None:
        try:
            event = decode_event(record.value)
        except InvalidEvent as problem:
            raise InvalidMessage(problem.reason, problem.detail) from problem
        replayed = original(record)
        arrived = arrival(record)
        cause = Cause(
            event.message_id or identity(record),
            arrived if event.time is None else event.time,
            arrived,
            record.topic,
            record.partition,
            record.offset,
        )
        for outcome in subscriptions.commands(event, arrived):
            if outcome.error is not None:
                unit.dead_letter(
                    dead_letters,
                    record,
                    outcome.reason or Reason.INVALID_FIELDS,
                    f"{outcome.subscription}: {outcome.error}",
                )
            for command in joined(outcome.commands):
                effects = route(command, cause, settings)
                perform(effects if replayed is None else with_news(effects), record, unit)

    return AgentSpec("route", topic, dead_letters, handle)
