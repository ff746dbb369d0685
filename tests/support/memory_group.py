"""The coordinator of one consumer group of the in-memory Kafka: members, generations, sessions, rebalances."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from faust.types import TP

from tests.support.memory_log import MemoryLog


class NotAMember(Exception):
    """The coordinator does not know this member, or not in this generation."""


class Joining(Protocol):
    """What the coordinator needs of a client that joins."""

    member_id: str

    def metadata(self) -> ConsumerProtocolMemberMetadata: ...

    def assign(
        self, cluster: "Topics", members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> Mapping[str, ConsumerProtocolMemberAssignment]: ...


class Topics:
    """What an assignor asks of aiokafka's ClusterMetadata."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self._log.partitions_of(topic))) or None


class MemoryGroup:
    """Works as Kafka's coordinator does: a rebalance waits until every member has joined again, or throws out those
    that have not within the rebalance timeout; a member not heard of for the session timeout is thrown out."""

    def __init__(self, log: MemoryLog, name: str) -> None:
        self._log = log
        self.name = name
        self.generation = 0
        self.rebalancing = False
        self._members: dict[str, Joining] = {}
        self._joined: dict[str, asyncio.Future[tuple[int, ConsumerProtocolMemberAssignment]]] = {}
        self._expiry: dict[str, asyncio.TimerHandle] = {}
        self._session_s: dict[str, float] = {}
        self._deadline: asyncio.TimerHandle | None = None
        self.on_generation: list[Callable[[int], None]] = []
        """Called with each new generation, before any member knows of it."""

    @property
    def members(self) -> list[str]:
        return sorted(self._members)

    async def join(
        self, client: Joining, session_s: float, rebalance_s: float
    ) -> tuple[int, ConsumerProtocolMemberAssignment]:
        """Join or join again; the generation and the assignment when everybody has."""
        loop = asyncio.get_running_loop()
        member = client.member_id
        self._members[member] = client
        self._session_s[member] = session_s
        self._joined[member] = loop.create_future()
        self._forget_expiry(member)  # a member that waits for the others is kept
        self._prepare(rebalance_s)
        return await self._joined[member]

    def heartbeat(self, member: str, generation: int) -> bool:
        """Whether the member must join again.

        Raises:
            NotAMember: it was thrown out.
        """
        if member not in self._members:
            raise NotAMember(member)
        self._heard(member)
        return self.rebalancing or generation != self.generation

    def commit(self, member: str, generation: int, offsets: Mapping[TP, int]) -> None:
        """Keep the offsets.

        Raises:
            NotAMember: the group is past this member or its generation.
        """
        if member not in self._members or generation != self.generation:
            raise NotAMember(f"{member} in generation {generation}")
        self._heard(member)
        self._log.commit(self.name, offsets)

    def leave(self, member: str) -> None:
        """A member says goodbye."""
        self.expel(member)

    def expel(self, member: str) -> None:
        """The session of `member` is over; it hears of that at its next heartbeat."""
        if self._members.pop(member, None) is None:
            return
        self._forget_expiry(member)
        joined = self._joined.pop(member, None)
        if joined is not None and not joined.done():
            joined.set_exception(NotAMember(member))
        if self._members:
            self._prepare(None)

    def _forget_expiry(self, member: str) -> None:
        timer = self._expiry.pop(member, None)
        if timer is not None:
            timer.cancel()

    def _heard(self, member: str) -> None:
        self._forget_expiry(member)
        loop = asyncio.get_running_loop()
        self._expiry[member] = loop.call_later(self._session_s[member], self.expel, member)

    def _prepare(self, rebalance_s: float | None) -> None:
        if not self.rebalancing:
            self.rebalancing = True
        if self._deadline is None and rebalance_s is not None:
            self._deadline = asyncio.get_running_loop().call_later(rebalance_s, self._give_up_on_the_missing)
        self._maybe_complete()

    def _give_up_on_the_missing(self) -> None:
        self._deadline = None
        for member in [member for member in self._members if not self._waiting(member)]:
            self.expel(member)

    def _waiting(self, member: str) -> bool:
        joined = self._joined.get(member)
        return joined is not None and not joined.done()

    def _maybe_complete(self) -> None:
        if not self._members or not all(self._waiting(member) for member in self._members):
            return
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self.rebalancing = False
        self.generation += 1
        for callback in self.on_generation:
            callback(self.generation)
        leader = next(iter(self._members.values()))
        metadata = {member: client.metadata() for member, client in self._members.items()}
        assignments: Mapping[str, Any] = leader.assign(Topics(self._log), metadata)
        for member in self._members:
            self._joined[member].set_result((self.generation, assignments[member]))
            self._heard(member)
