"""What goes wrong in one simulated run: drawn anew for each seed, so that runs differ in kind."""

from random import Random

from msgspec import Struct


class Faults(Struct, frozen=True):
    """Chances of faults, and how unevenly the parts of the system run."""

    crash: float
    """That a unit's outputs are delivered, all or some, and its writes are lost."""
    unit: int
    """Most records of a unit."""
    lag: float
    """That a message on its way stays there when it could arrive; the partitions' logs are read as unevenly."""
    repeat: float
    """That an inbound event is delivered a second time, at a later place."""

    @classmethod
    def drawn(cls, random: Random) -> "Faults":
        return cls(
            crash=random.choice((0.0, 0.02, 0.1, 0.3)),
            unit=random.choice((1, 2, 8)),
            lag=random.choice((0.0, 0.5, 0.9)),
            repeat=random.choice((0.0, 0.05, 0.3)),
        )


NONE = Faults(crash=0.0, unit=1, lag=0.0, repeat=0.0)
