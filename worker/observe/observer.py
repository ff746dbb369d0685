"""What an observed role must tell."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from worker.observe.metrics import Metric, Role
from worker.runtime.histogram import Histogram


class Sample(NamedTuple):
    """A metric's value for some values of its labels, in their order."""

    metric: Metric
    labels: tuple[str, ...]
    value: float | Histogram


class Observer(Protocol):
    """Tells about a role; asked seldom, so that the role itself only counts."""

    def not_alive(self) -> str | None:
        """Why the process must be restarted; None when it need not."""
        ...

    def not_ready(self) -> str | None:
        """What the role waits for; None when it works."""
        ...

    async def refresh(self) -> None:
        """Get what is not at hand; called before `samples`."""
        ...

    def samples(self) -> Iterable[Sample]:
        """All its metrics now."""
        ...


class Starting:
    """Stands for a role that waits for its brokers."""

    def not_alive(self) -> str | None:
        """It may take its time: the role itself gives up after a while."""
        return None

    def not_ready(self) -> str | None:
        """It is not."""
        return "starting"

    async def refresh(self) -> None:
        """Nothing."""

    def samples(self) -> Iterable[Sample]:
        """None yet."""
        return ()


class Observed:
    """A role of this process; `observer` becomes another one once the role runs."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.observer: Observer = Starting()
