"""Segment events in, the workspace they make out (`segment-worker simulate`)."""

from collections.abc import Sequence
from random import Random
from typing import Final

from msgspec import Struct

from worker.destination.subscriptions import Subscriptions
from worker.jsontypes import JsonObject
from worker.partitioning import partition_of
from worker.reasons import Reason
from worker.segment.events import InvalidEvent, check_event
from worker.simulation.network import Network
from worker.topics import names
from worker.workspace.messages.cause import Cause, place_id
from worker.workspace.picture import Picture, shown
from worker.workspace.routing import joined, route
from worker.workspace.settings import WorkspaceSettings

SETTLED_SECONDS: Final = 1.0
"""Events that arrive at least so long after those before find everything settled; others may interleave with them."""

_NEXT_S: Final = 0.001
"""So long after those before arrives an event that says no time. At the same time their ids would decide whose word is
the last, and without messageIds offset 10 comes before offset 9."""


class Arrival(Struct, frozen=True):
    """An event as received, and when it arrived (unix seconds); None: at its own time, or after those before."""

    event: JsonObject
    at: float | None = None


def simulate(
    arrivals: Sequence[Arrival],
    subscriptions: Subscriptions,
    settings: WorkspaceSettings,
    *,
    partitions: int = 1,
    seed: int | None = None,
) -> JsonObject:
    """The workspace after the events have arrived in this order.

    Events that arrive within a second may overtake each other, as far as they come to different partitions, and so may
    what follows from them: as `seed` says. Without a seed each event is settled before the next one.
    """
    simulation = Simulation(subscriptions, settings, partitions, Random(0 if seed is None else seed))
    for arrival in arrivals:
        simulation.arrive(arrival, interleave=seed is not None)
    simulation.network.settle()
    picture = Picture()
    for change in simulation.network.published():
        picture.apply(change)
    return {**shown(picture), "dead_letters": [*sorted(simulation.dead_letters, key=_order)]}


class Simulation:
    """A destination in one process: `arrive` events, then `network.settle()`."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        settings: WorkspaceSettings,
        partitions: int,
        random: Random,
        network: Network | None = None,
    ) -> None:
        self.network = Network(settings, partitions, random) if network is None else network
        self.dead_letters: list[JsonObject] = []
        self._subscriptions = subscriptions
        self._settings = settings
        self._offsets = [0] * partitions
        self._random = random
        self._latest = float("-inf")
        """The latest time of arrival so far."""

    def arrive(self, arrival: Arrival, *, interleave: bool) -> None:
        """Route an event; unless it is to `interleave`, once everything before it is settled."""
        try:
            event = check_event(arrival.event)
        except InvalidEvent as invalid:
            self._dead(invalid.reason, invalid.detail, _text(arrival.event.get("messageId")))
            return
        known = [time for time in (arrival.at, event.time) if time is not None]
        arrived = known[0] if known else max(round(self._latest + _NEXT_S, 3), 0.0)
        if not interleave or arrived >= self._latest + SETTLED_SECONDS:
            self.network.settle()
        else:
            for _ in range(self._random.randrange(8)):
                if not self.network.idle:
                    self.network.step()
        partition = partition_of(event.user_id or event.anonymous_id or "", self.network.partitions)
        offset = self._offsets[partition]
        self._offsets[partition] += 1
        cause = Cause(
            event.message_id or place_id(names.SEGMENT_EVENTS, partition, offset),
            arrived if event.time is None else event.time,
            arrived,
            names.SEGMENT_EVENTS,
            partition,
            offset,
        )
        for outcome in self._subscriptions.commands(event, arrived):
            if outcome.error is not None:
                reason = outcome.reason or Reason.INVALID_FIELDS
                self._dead(reason, f"{outcome.subscription}: {outcome.error}", cause.message_id)
            for command in joined(outcome.commands):
                for dead in self.network.take(route(command, cause, self._settings), (names.SEGMENT_EVENTS, partition)):
                    self._dead(dead.reason, dead.detail, cause.message_id)
        self._latest = max(self._latest, arrived)

    def _dead(self, reason: Reason, detail: str, message_id: str | None) -> None:
        self.dead_letters.append({"reason": reason.value, "message_id": message_id, "detail": detail})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _order(dead: JsonObject) -> tuple[str, str, str]:
    return str(dead["message_id"]), str(dead["reason"]), str(dead["detail"])
