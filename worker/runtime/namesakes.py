"""Notices that another worker seems to have the same --instance-id.

Brokers know a static member by its name: who joins under it takes the place of whom they knew. That one joins again,
takes the place back, and so on for ever; brokers call neither an error, and aiokafka only tells when debugged.
"""

import structlog
from aiokafka import AIOKafkaConsumer

log = structlog.get_logger(__name__)

ANEW = (
    "another worker has taken its place under the same --instance-id (each needs its own), or it did not answer "
    "for worker.session_timeout_s"
)


class Namesakes:
    """Looks, at each assignment, whether the group calls this member what it called it before."""

    def __init__(self) -> None:
        self._called: str | None = None

    def look(self, consumer: AIOKafkaConsumer) -> None:
        """Warn if a static member had to join anew; any other has a reason to at every stop of its brokers."""
        coordinator = consumer._coordinator  # noqa: SLF001  there is no public way
        name, called = coordinator._group_instance_id, coordinator.member_id  # noqa: SLF001
        if name is not None and self._called not in (None, called):
            log.warning("joined_anew", instance_id=name, because=ANEW)
        self._called = called
