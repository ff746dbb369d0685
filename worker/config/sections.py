"""The settings of `workspace.yaml`, section by section; `deploy/workspace.example.yaml` explains each to its reader."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription, automatic
from worker.metrics.settings import MetricsSettings
from worker.relay.settings import RelaySettings
from worker.runtime.tuning import Tuning
from worker.text import Text
from worker.workspace.settings import WorkspaceSettings

_NAME_MAX = 100  # a prefix and an app id together with a topic's own name stay below Kafka's 249
_CHARACTERS = "of the characters A-Z a-z 0-9 . _ -"

TopicPrefix: TypeAlias = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._-]*\Z", max_length=_NAME_MAX, description=f"at most {_NAME_MAX} {_CHARACTERS}")
]
"""What a topic's name may begin with."""
AppId: TypeAlias = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._-]+\Z", max_length=_NAME_MAX, description=f"1 to {_NAME_MAX} {_CHARACTERS}")
]
"""Text that is a part of topics' names."""
ObjectType: TypeAlias = Annotated[
    str, Meta(pattern=r"^[1-9][0-9]*\Z", max_length=_NAME_MAX, description="a whole number from 1")
]
"""An object type's id (customerio_semantics.md 5)."""


class Workspace(WorkspaceSettings, frozen=True, kw_only=True):
    """`workspace`: how people, objects and anonymous activity are kept (docs/workspace.md)."""

    default_object_type_id: ObjectType = "1"
    """The type of an object whose group call gives none."""
    convert_timestamps: bool = True
    """ISO 8601 values become unix seconds where a mapping does not say."""

    def settings(self) -> WorkspaceSettings:
        """The part of it that the workspace's decisions read."""
        return self

    def action_settings(self) -> ActionSettings:
        """The part of it that the destination's actions read."""
        return ActionSettings(
            identifiers=self.identifiers,
            default_object_type_id=self.default_object_type_id,
            convert_timestamps=self.convert_timestamps,
        )


class Destination(Struct, frozen=True, kw_only=True):
    """`destination`: what Segment may send, and what becomes of it.

    `subscriptions` are the enabled ones, complete: of the file's entries and the automatic presets.
    """

    site_id: Text | None = None
    api_key: Text | None = None
    """Kept, with `site_id`, for an HTTP intake, which this version does not have; nothing asks for them yet."""
    triggers: Literal["segment", "strict"] = "segment"
    """`segment`: triggers mean what they mean in Segment, quirks included; `strict`: what they seem to mean."""
    integration_names: tuple[Text, ...] = ()
    """What this workspace is called in `integrations` of events; with none, nobody looks at what they say there."""
    subscriptions: tuple[Subscription, ...] = msgspec.field(default_factory=lambda: tuple(automatic(ActionSettings())))

    def __post_init__(self) -> None:
        if "All" in self.integration_names:
            raise ValueError("integration_names cannot hold All, which stands for every destination")

    def __repr__(self) -> str:
        """Without the settings, as that of `Config`."""
        return "Destination(…)"


class Kafka(Struct, frozen=True, kw_only=True):
    """`kafka`: how to reach the brokers, and names there."""

    bootstrap_servers: tuple[Text, ...] = ("127.0.0.1:19092",)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    sasl_username: Text | None = None
    sasl_password: Text | None = None
    ssl_ca_file: Text | None = None
    """PEM file of the authorities that sign the brokers' certificates; none is the system's."""
    ssl_cert_file: Text | None = None
    ssl_key_file: Text | None = None
    """The client's own certificate and key, where the brokers ask for one."""
    topic_prefix: TopicPrefix = ""
    """Goes before every topic's name, so that several workspaces can share a cluster."""
    app_id: AppId = "segment-worker"
    """Consumer group, and the beginning of changelog topics' names."""
    partitions: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    """Partitions of each topic when it is created; none is what its contract says."""

    def __post_init__(self) -> None:
        if not self.bootstrap_servers:
            raise ValueError("bootstrap_servers must name a broker")
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(f"security_protocol {self.security_protocol} needs sasl_username and sasl_password")
        if (self.ssl_cert_file is None) is not (self.ssl_key_file is None):
            raise ValueError("ssl_cert_file and ssl_key_file go together")

    def __repr__(self) -> str:
        """Without the settings, as that of `Config`."""
        return "Kafka(…)"


class View(Struct, frozen=True, kw_only=True):
    """`view`: the readable copy of the workspace."""

    path: Text = "segment-worker-view.sqlite"
    """SQLite file; relative to where the role is started."""


class Monitoring(Struct, frozen=True, kw_only=True):
    """`monitoring`: metrics and health of a role over HTTP, for whoever may reach the port."""

    host: Text = "127.0.0.1"
    """The address to listen on; 0.0.0.0 is every one."""
    port: Annotated[int, Meta(ge=0, le=65535)] | None = None
    """None: nothing is served, so that several roles of one machine do not meet; 0: any free one."""


class Log(Struct, frozen=True, kw_only=True):
    """`log`: what a role says about itself, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"
    """`auto`: text on a terminal, JSON lines elsewhere."""


class Config(Struct, frozen=True, kw_only=True):
    """A whole `workspace.yaml`, every setting with its value."""

    workspace: Workspace = Workspace()
    destination: Destination = Destination()
    source: MetricsSettings = MetricsSettings()
    kafka: Kafka = Kafka()
    worker: Tuning = Tuning()
    view: View = View()
    relay: RelaySettings = RelaySettings()
    monitoring: Monitoring = Monitoring()
    log: Log = Log()

    def __repr__(self) -> str:
        """Without the settings: some are secrets, and a repr ends up in logs."""
        return "Config(…)"


SECRETS = frozenset({"destination.api_key", "source.write_key", "kafka.sasl_password"})
"""The paths of the settings that are never printed."""
