"""The copies that a backfill sends, and which of them the topic would not take."""

from typing import Final

from worker.backfill.plan import Plan
from worker.backfill.selecting import Chosen, Source
from worker.runtime.outgoing import Out, fits, out
from worker.runtime.replayed import replay_headers
from worker.topics.contract import Contract

LINE_ROOM_BYTES: Final = 4096
"""What the copy of a line has beside its value in the topic's limit, unless its key is a long one."""

ANY_RUN: Final = "00000000-000000-0000"
"""As long as the id of a run."""


def mark_in(run_id: str, source: Source) -> str:
    """What names the copy of a record in a run."""
    return f"{run_id}/{source.source}/{source.position}"


def place_in(run_id: str, mark: bytes | None) -> tuple[int, int] | None:
    """The source and the position that `mark_in` made this mark of; None where it is no mark of the run."""
    if mark is None or not mark.startswith(f"{run_id}/".encode()):
        return None
    _, source, position = mark.split(b"/")
    return int(source), int(position)


def copy_in(run_id: str, plan: Plan, chosen: Chosen, contract: Contract) -> Out | None:
    """The copy of a record; None where its headers make it too large for the topic of `contract`."""
    source = chosen.source
    headers = replay_headers(
        mark_in(run_id, source), source.identity, chosen.arrived_ms, source.headers, relay=plan.relay
    )
    copy = out(source.key, source.value, headers)
    return copy if fits(copy, contract.max_message_bytes) else None
