"""Which dead letters are meant: by topic, reason, time, or one by one."""

from msgspec import Struct

from worker.deadletters.letter import Letter, Place


class Selection(Struct, frozen=True):
    """What a letter must be; what is empty or None asks nothing. Times are of when it was given up."""

    places: frozenset[Place] = frozenset()
    reasons: frozenset[str] = frozenset()
    since_ms: int | None = None
    until_ms: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether the letter is meant."""
        return (
            (not self.places or letter.place in self.places)
            and (not self.reasons or letter.reason in self.reasons)
            and (self.since_ms is None or letter.died_ms >= self.since_ms)
            and (self.until_ms is None or letter.died_ms < self.until_ms)
        )
