"""What every role and command of one deployment shares: its configuration, its topics, and the way to the brokers."""

from collections.abc import Mapping

from msgspec import Struct

from worker.config import Config
from worker.config.connection import make_connection
from worker.runtime.connection import Connection
from worker.topics.contract import Contract
from worker.topics.contracts import load_contracts


class Deployment(Struct, frozen=True):
    """What every role of one deployment shares."""

    config: Config
    contracts: Mapping[str, Contract]
    connection: Connection

    @property
    def group(self) -> str:
        """The workers' consumer group, and the beginning of the changelog topics' names."""
        return self.config.kafka.app_id

    @property
    def relay_group(self) -> str:
        """The relays' consumer group."""
        return f"{self.group}-relay"

    @property
    def printing_group(self) -> str:
        """The group of relays that print: what was printed is still to be delivered."""
        return f"{self.group}-relay-print"

    def topic(self, name: str) -> str:
        """What the topic of the contract `name` is called on the broker."""
        return self.contracts[name].topic


def make_deployment(config: Config) -> Deployment:
    """Load the topics' contracts under the configuration's names.

    Raises:
        ContractsError: when topics/*.yaml cannot be used.
        CertificateError: when a certificate file cannot be used.
    """
    kafka = config.kafka
    contracts = load_contracts(app_id=kafka.app_id, prefix=kafka.topic_prefix, partitions=kafka.partitions)
    return Deployment(config, contracts, make_connection(kafka))
