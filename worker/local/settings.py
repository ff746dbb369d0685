"""The files a local Kafka node starts from: its properties and its logging.

They name files from the node's own directory, in which it is started: Kafka takes a list of directories apart at each
comma, Java reads properties as Latin-1 and a backslash as an escape, and a user's directory may have any of these.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from worker.local.ports import HOST

LOG_NAME = "kafka.log"


class Listener(Struct, frozen=True):
    """A further way to the broker, beside the open one: with TLS, with passwords, or both."""

    name: str
    """Letters and `_`."""
    protocol: Literal["SSL", "SASL_PLAINTEXT", "SASL_SSL"]
    port: int
    properties: Mapping[str, str] = {}
    """Kafka's settings of this listener alone, without their prefix."""

    @property
    def bootstrap(self) -> str:
        """What a client is given to connect."""
        return f"{HOST}:{self.port}"


class Node(Struct, frozen=True):
    """A Kafka node, broker and controller in one, listening on the loopback interface only."""

    directory: Path
    """Everything of the node lies here: data, logs, properties, its process id."""
    port: int
    controller_port: int
    listeners: tuple[Listener, ...] = ()
    further: Mapping[str, str] = {}
    """Kafka's settings that differ from ours."""

    @property
    def bootstrap(self) -> str:
        """What a client is given to connect."""
        return f"{HOST}:{self.port}"

    @property
    def data(self) -> Path:
        """Where the topics' data lies."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """Kafka's own log."""
        return self.directory / LOG_NAME

    @property
    def output(self) -> Path:
        """What the process printed: only of interest where it died before it could log."""
        return self.directory / "output.log"

    @property
    def properties(self) -> Path:
        """Kafka's configuration file; its path on a command line also tells which process is this node."""
        return self.directory / "server.properties"

    @property
    def logging(self) -> Path:
        """Log4j's configuration file."""
        return self.directory / "log4j2.properties"


def write_settings(node: Node) -> None:
    """Write both files. Raises OSError."""
    node.data.mkdir(parents=True, exist_ok=True)
    node.properties.write_text("".join(f"{key}={value}\n" for key, value in server_properties(node).items()))
    node.logging.write_text(_LOGGING.format(log=node.log.name))


def server_properties(node: Node) -> dict[str, str]:
    """Kafka's configuration: one node, small, topics only by `topics apply`."""
    open_ones = f"PLAINTEXT://{node.bootstrap}"
    broker = ",".join([open_ones, *(f"{each.name}://{each.bootstrap}" for each in node.listeners)])
    protocols = "".join(f",{each.name}:{each.protocol}" for each in node.listeners)
    own = {
        f"listener.name.{each.name.lower()}.{key}": value
        for each in node.listeners
        for key, value in each.properties.items()
    }
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{node.controller_port}",
        "listeners": f"{broker},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": broker,
        "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT{protocols}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": node.data.name,
        "auto.create.topics.enable": "false",
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # A group of one machine is complete when its first member comes; and a test may declare a member dead quickly.
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "500",
        # A killed node is let in again only when its former self is given up: by default after 9 s. Much shorter, and a
        # busy machine's pauses would have it given up while it lives.
        "broker.session.timeout.ms": "5000",
        "broker.heartbeat.interval.ms": "500",
        # Hundreds of partitions on a laptop: small index files, a small cleaner.
        "log.index.size.max.bytes": str(1024 * 1024),
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        **own,
        **node.further,
    }


_LOGGING = """\
status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log}
appender.file.filePattern = {log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d] %p %m (%c{{1}})%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
"""
