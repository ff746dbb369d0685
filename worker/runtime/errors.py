"""What can go wrong in the runtime.

`InvalidMessage` and `ValueTooLarge` are about data and lead to a dead letter; `OwnershipLost` drops what was decided;
every `RuntimeFault` stops the worker (or the other role, or the command) before the ack.
"""

from typing import Final

from worker.reasons import Reason

MADE_ANEW: Final = (
    "the topic was made anew, or its broker lost records. Build the state anew from the events, as deploy/README.md, "
    "Recovery, describes"
)
"""What to say of a topic that lacks offsets it had."""


class RuntimeFault(Exception):
    """Base of the errors that stop a worker or another role, or end a command."""


class InvalidMessage(Exception):
    """A record that can never succeed: it is dead-lettered with `reason` and the stream goes on."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ValueTooLarge(Exception):
    """A record's effects are larger than what Kafka takes: it is dead-lettered, and what precedes it decided again."""


class OwnershipLost(Exception):
    """The partition belongs to another worker by now; what was decided for it is dropped without an ack."""


class ChangelogIntruder(RuntimeFault):
    """A changelog partition that this worker owns goes on elsewhere than where it ended for this worker."""


class DeliveryFailed(RuntimeFault):
    """Kafka did not acknowledge a delivery in time, or refused it."""


class BrokerUnreachable(RuntimeFault):
    """No broker answered, or one stopped answering."""


class TopicsMissing(RuntimeFault):
    """The brokers do not know a topic that the worker needs."""


class TopicChanged(RuntimeFault):
    """A topic ends before offsets that it had: it was deleted and made anew, or its brokers lost records."""


class RecoveryFailed(RuntimeFault):
    """A changelog holds what no worker of this project writes; or it, or an input, ends before what was done of it."""


class TooManyDeadLetters(RuntimeFault):
    """More records become dead letters than the configuration allows: the deployment is bad, or what it is sent."""


class Stalled(RuntimeFault):
    """Partitions with waiting records were not committed for too long."""


class Suspended(RuntimeFault):
    """The process stood still for longer than its membership in the group lasts."""
