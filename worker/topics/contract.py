"""One topic's contract."""

from typing import Literal, TypeAlias

from msgspec import Struct

Cleanup: TypeAlias = Literal["delete", "compact"]
Compression: TypeAlias = Literal["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"]

SAFE_REPLICAS = 2
"""With three replicas or more, a write counts as done when at least this many have it."""


class Contract(Struct, frozen=True, kw_only=True):
    """What a topic is and how it is created (topics/<name>.yaml)."""

    name: str
    """The contract's name: its file's, and what the code calls the topic. Prefix and app id don't change it."""
    topic: str
    """What the topic is called on the broker."""
    description: str
    key: str
    """What the records' keys are."""
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    co_partition: str | None
    """Topics of one group have equal partition counts, as Faust's tables need."""
    retention_ms: int
    """-1: for ever."""
    cleanup: Cleanup
    compression: Compression
    max_message_bytes: int
    """The largest record batch; a single record has some 100 bytes less."""
    min_compaction_lag_ms: int | None
    segment_bytes: int | None
    dead_letter: str | None
    """The name of the contract of its dead letters."""
    schema: str | None
    """The stem of its JSON Schema in topics/schemas/."""
    examples: str | None
    """Its directory in topics/examples/."""

    def settings(self, replication_factor: int) -> dict[str, str]:
        """Kafka's settings for the topic, each of them explicit."""
        settings = {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(self.retention_ms),
            "retention.bytes": "-1",  # by age alone, whatever is usual on the brokers
            "compression.type": self.compression,
            "max.message.bytes": str(self.max_message_bytes),
            "min.insync.replicas": str(SAFE_REPLICAS if replication_factor > SAFE_REPLICAS else 1),
        }
        if self.min_compaction_lag_ms is not None:
            settings["min.compaction.lag.ms"] = str(self.min_compaction_lag_ms)
        if self.segment_bytes is not None:
            settings["segment.bytes"] = str(self.segment_bytes)
        return settings
