"""The answers to Ask and MergeInto."""

from worker.workspace.keys import profile_key
from worker.workspace.messages.merging import MergeAnswer, MergeInto, MergeOutcome
from worker.workspace.messages.people import Answer, Ask, AskOutcome


def answer(ask: Ask, outcome: AskOutcome, cio_id: str = "", rank: int = 0) -> Answer:
    """The answer to `ask`; of a granted handle `cio_id` is the owner, who has at least that rank from now on."""
    return Answer(
        to=ask.asker,
        cause=ask.cause,
        wanted=ask.wanted,
        outcome=outcome,
        cio_id=cio_id,
        rank=rank,
        identify=ask.identify,
    )


def merge_answer(into: MergeInto, outcome: MergeOutcome) -> MergeAnswer:
    """The answer to a MergeInto that merges nothing."""
    return MergeAnswer(
        to=profile_key(into.target),
        cause=into.cause,
        at=into.at,
        primary=into.primary,
        secondary=into.secondary,
        outcome=outcome,
        promised=into.promised,
        identify=into.identify,
    )
