"""What a table has heard about people that it refers to by cio_id.

Who was merged into whom, and who was deleted, may be heard in any order, and before or after something is said in the
name of a merged person. Both are true for ever, but for circles of merges, and so they are remembered, the latest of
them, to be applied to what comes afterwards.
"""

from typing import Final, TypeVar

from msgspec import Struct

FactT = TypeVar("FactT")

REMEMBERED_MAX: Final = 64
"""Facts of each kind that a record remembers."""


class Facts(Struct, frozen=True, array_like=True, gc=False):
    """`merged`: into whom a profile was merged; `gone`: when (unix seconds) a profile was deleted."""

    merged: dict[str, str] = {}
    gone: dict[str, float] = {}

    def who(self, cio_id: str) -> str:
        """The profile that `cio_id` has become, as far as is known."""
        for _ in range(REMEMBERED_MAX):
            into = self.merged.get(cio_id)
            if into is None:
                break
            cio_id = into
        return cio_id

    def names(self, cio_id: str) -> list[str]:
        """All profiles that have become `cio_id`, itself last: what was sent to any of them went the same way."""
        return [*(name for name in self.merged if self.who(name) == cio_id), cio_id]


def with_merged(facts: Facts, cio_id: str, into: str) -> Facts:
    """The facts, and that `cio_id` was merged into `into`.

    Who says so was somebody then. If it is known to have been merged into `cio_id`, that was before, and both were
    restored since, one after the other, from merges in a circle (worker/workspace/people/circles.py).
    """
    merged = _with(facts.merged, cio_id, into)
    if facts.who(into) == cio_id:
        del merged[into]
    return Facts(merged, facts.gone)


def with_gone(facts: Facts, cio_id: str, at: float) -> Facts:
    """The facts, and that `cio_id` was deleted at `at`."""
    return Facts(facts.merged, _with(facts.gone, cio_id, at))


def _with(facts: dict[str, FactT], cio_id: str, fact: FactT) -> dict[str, FactT]:
    """The facts with this one as the latest, also where it takes the place of an earlier one."""
    latest = {name: one for name, one in facts.items() if name != cio_id}
    while len(latest) >= REMEMBERED_MAX:
        del latest[next(iter(latest))]
    return latest | {cio_id: fact}
