"""Would a dead letter fail again? The decision is made once more, with the present version and configuration.

What a record does to the state cannot be tried beside the running system: a letter that was too large for its state is
sent, and comes back as a new letter when it still is.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from worker.deadletters.letter import UNREADABLE, Letter
from worker.reasons import Reason
from worker.runtime.agent import AgentSpec
from worker.runtime.errors import InvalidMessage, ValueTooLarge
from worker.runtime.fetched import Fetched
from worker.runtime.record import Record
from worker.runtime.unit import Unit
from worker.workspace.messages.decoding import DECODERS


class Trial:
    """Judges letters by the contract's name of the topic they come from."""

    def __init__(
        self,
        agents: Mapping[str, AgentSpec[Any]],
        refused_by: Mapping[str, Callable[[Record], str | None]] | None = None,
    ) -> None:
        """By the contract's name: `agents` of what they read; `refused_by`, for the rest, why a record is refused."""
        self._agents = agents
        self._refused_by = refused_by or {}

    def problem(self, letter: Letter, contract: str) -> str | None:
        """Why the letter would fail again, `<reason>: <detail>`; None when nothing is known against it."""
        if letter.origin is None:
            return f"{UNREADABLE}: it does not say where it came from"
        if letter.value_left_out is not None:
            lacks = "the letter lacks the record, which was too large for it and is only at"
            return f"{letter.reason}: {lacks} {letter.origin}"
        if (decode := DECODERS.get(contract)) is not None:  # what depends on the state: only its form can be tried
            try:
                decode(letter.value or b"")
            except (msgspec.DecodeError, UnicodeDecodeError) as problem:
                return f"{Reason.INVALID_MESSAGE}: {problem}"
            return None
        record = Fetched(
            letter.origin.topic, letter.origin.partition, letter.origin.offset,
            letter.first_seen_ms, letter.key, letter.value, letter.headers,
        )  # fmt: skip
        if (refused := self._refused_by.get(contract)) is not None:
            return refused(record)
        agent = self._agents.get(contract)
        return None if agent is None else _refusal(agent, record)


def _refusal(agent: AgentSpec[Any], record: Record) -> str | None:
    unit: Unit[Any] = Unit(None, None)
    unit.begin(record)
    try:
        agent.handle(record, unit)
    except InvalidMessage as problem:
        return str(problem)
    except ValueTooLarge:
        return None
    for (topic, _), records in unit.prepare().outputs.items():
        if topic == agent.dead_letters.topic:
            added = {name: (content or b"").decode("utf-8", "replace") for name, content in records[0].headers}
            return f"{added['reason']}: {added['detail']}"
    return None
