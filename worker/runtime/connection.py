"""How to reach the brokers: the one place where connection settings become aiokafka arguments."""

from ssl import SSLContext

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from msgspec import Struct

from worker.runtime.fetched import fetch_our_way
from worker.runtime.hanging_up import hang_up_our_way
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES
from worker.runtime.positions import ask_together


class Connection(Struct, frozen=True):
    """Brokers and credentials, the same for every client of a role."""

    bootstrap_servers: tuple[str, ...]
    security_protocol: str = "PLAINTEXT"
    ssl_context: SSLContext | None = None
    sasl_mechanism: str = "PLAIN"
    sasl_username: str | None = None
    sasl_password: str | None = None
    client_id: str = "segment-worker"

    def __post_init__(self) -> None:
        """Let aiokafka's defects be worked around before any client is made."""
        fetch_our_way()
        hang_up_our_way()
        ask_together()

    def __repr__(self) -> str:
        """Without the password: a repr ends up in logs."""
        return f"Connection({', '.join(self.bootstrap_servers)})"

    def client_options(self) -> dict[str, object]:
        """Keyword arguments that every aiokafka client takes."""
        options: dict[str, object] = {
            "bootstrap_servers": list(self.bootstrap_servers),
            "security_protocol": self.security_protocol,
            "client_id": self.client_id,
        }
        if self.ssl_context is not None:
            options["ssl_context"] = self.ssl_context
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password
        return options

    def consumer(self, *topics: str, **options: object) -> AIOKafkaConsumer:
        """A consumer, not started yet, that reads nothing of aborted transactions."""
        return AIOKafkaConsumer(*topics, **self.client_options(), isolation_level="read_committed", **options)

    def producer(self, delivery_s: float, batch_bytes: int = CHANGELOG_BATCH_BYTES) -> AIOKafkaProducer:
        """A producer, not started yet: idempotent, acknowledged by all replicas, never waiting for more.

        A request may take `delivery_s` seconds. A batch is at most `batch_bytes`, unless it is of one record.
        """
        return AIOKafkaProducer(
            **self.client_options(),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=batch_bytes,
            max_request_size=CHANGELOG_BATCH_BYTES,
            request_timeout_ms=int(delivery_s * 1000),
            metadata_max_age_ms=30_000,
        )
