"""Every metric there is: its name, its type, and what it means. Dashboards and alerts are checked against this file.

Counters begin at 0 with each start of a process. Labels with open sets of values (people, events) are never used.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Role: TypeAlias = Literal["worker", "view", "relay"]


class Metric(Struct, frozen=True):
    """One metric. `name` is as in queries, but for the `_bucket`, `_sum` and `_count` of a histogram."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ("worker",)


_EVERY: Final[tuple[Role, ...]] = ("worker", "view", "relay")

INFO: Final = Metric(
    "segment_worker_info", "gauge", "Always 1; says which role and version this is.", ("role", "version"), _EVERY
)
READY: Final = Metric("segment_worker_ready", "gauge", "1 when /readyz says so, else 0.", (), _EVERY)
LAG: Final = Metric(
    "segment_worker_lag_records",
    "gauge",
    "Records that wait in a topic for this process, of the partitions it has.",
    ("topic",),
    _EVERY,
)

RECORDS: Final = Metric(
    "segment_worker_records_total", "counter", "Records worked through, whatever became of them.", ("agent",)
)
SKIPPED: Final = Metric(
    "segment_worker_records_skipped_total", "counter", "Records that the recovered state included already.", ("agent",)
)
REPEATS: Final = Metric(
    "segment_worker_repeats_total", "counter", "Internal messages dropped because they were applied before.", ("agent",)
)
UNITS: Final = Metric("segment_worker_units_total", "counter", "Units of work written.", ("agent",))
DEAD_LETTERS: Final = Metric(
    "segment_worker_dead_letters_total",
    "counter",
    "Records that can never succeed, by reason.",
    ("agent", "reason"),
    ("worker", "relay"),
)
WEBHOOK_WARNINGS: Final = Metric(
    "segment_worker_webhook_warnings_total",
    "counter",
    "What was unexpected about reporting webhooks, such as an event or field that this version does not know, by kind.",
    ("kind",),
)
WEBHOOKS_SKIPPED: Final = Metric(
    "segment_worker_webhooks_skipped_total",
    "counter",
    "Reporting webhooks that rightly became no track event, by reason.",
    ("reason",),
)
BATCH_SECONDS: Final = Metric(
    "segment_worker_batch_seconds",
    "histogram",
    "Seconds from a batch's first decision to the acknowledgement of all it led to.",
    ("agent",),
)
EVENT_AGE_SECONDS: Final = Metric(
    "segment_worker_event_age_seconds",
    "histogram",
    "How old the oldest record of a batch is, by its timestamp, when the batch is done: the latency of that step.",
    ("agent",),
)
DELIVERY_SECONDS: Final = Metric(
    "segment_worker_delivery_seconds",
    "histogram",
    "Seconds until the brokers acknowledged a unit's outputs (kind=outputs), or its table writes (kind=changelog).",
    ("kind",),
)
DELIVERED: Final = Metric(
    "segment_worker_delivered_records_total",
    "counter",
    "Records that the brokers acknowledged, by kind as above.",
    ("kind",),
)
COMMIT_AGE_SECONDS: Final = Metric(
    "segment_worker_commit_age_seconds",
    "gauge",
    "Seconds since the partition moved that stands still longest while records wait in it; 0 when none does.",
)
PARTITIONS: Final = Metric("segment_worker_assigned_partitions", "gauge", "Input partitions of this process.")
REBALANCING: Final = Metric(
    "segment_worker_rebalancing", "gauge", "1 while the group shares out its partitions anew, else 0."
)
RECOVERING: Final = Metric("segment_worker_recovering", "gauge", "1 while state is read from the changelogs, else 0.")
RECOVERED: Final = Metric("segment_worker_recovered_records_total", "counter", "Changelog records read by recoveries.")
STATE_KEYS: Final = Metric(
    "segment_worker_state_keys",
    "gauge",
    "Keys of an agent's table in memory (none are told with worker.state_dir).",
    ("agent",),
)

CHANGES: Final = Metric(
    "segment_worker_changes_total",
    "counter",
    "Changes of the workspace that the view took in, by type; failed_attribute_change is one of them.",
    ("type",),
    ("view",),
)
CHANGE_REPEATS: Final = Metric(
    "segment_worker_change_repeats_total",
    "counter",
    "Changes that the view had seen before, after a worker's crash.",
    (),
    ("view",),
)
WAITING_EVENTS: Final = Metric(
    "segment_worker_waiting_events",
    "gauge",
    "Anonymous events, group and device calls that wait for an identify.",
    (),
    ("view",),
)
WAITING_ANONYMOUS: Final = Metric(
    "segment_worker_waiting_anonymous_ids", "gauge", "Anonymous ids under which something waits.", (), ("view",)
)
VIEW_BATCH_SECONDS: Final = Metric(
    "segment_worker_view_batch_seconds",
    "histogram",
    "Seconds to write a batch of changes into the view.",
    (),
    ("view",),
)

RELAY_DELIVERED: Final = Metric(
    "segment_worker_relay_delivered_total", "counter", "Track events that Segment accepted.", (), ("relay",)
)
RELAY_KNOWN: Final = Metric(
    "segment_worker_relay_known_total",
    "counter",
    "Track events not sent: the ledger says that they were.",
    (),
    ("relay",),
)
RELAY_REQUESTS: Final = Metric(
    "segment_worker_relay_requests_total",
    "counter",
    "Requests to Segment by outcome: accepted, refused, misconfigured, or why they are tried again.",
    ("outcome",),
    ("relay",),
)
RELAY_SECONDS: Final = Metric(
    "segment_worker_relay_request_seconds", "histogram", "Seconds that a request to Segment took.", (), ("relay",)
)
RELAY_WAITING: Final = Metric(
    "segment_worker_relay_waiting_events",
    "gauge",
    "Track events that were read and are not yet decided.",
    (),
    ("relay",),
)
RELAY_PAUSED: Final = Metric(
    "segment_worker_relay_paused", "gauge", "1 while Segment is left in peace after too many failures.", (), ("relay",)
)

METRICS: Final = (
    INFO, READY, LAG, RECORDS, SKIPPED, REPEATS, UNITS, DEAD_LETTERS,
    WEBHOOK_WARNINGS, WEBHOOKS_SKIPPED, BATCH_SECONDS, EVENT_AGE_SECONDS,
    DELIVERY_SECONDS, DELIVERED, COMMIT_AGE_SECONDS, PARTITIONS, REBALANCING, RECOVERING, RECOVERED,
    STATE_KEYS, CHANGES, CHANGE_REPEATS, WAITING_EVENTS, WAITING_ANONYMOUS, VIEW_BATCH_SECONDS,
    RELAY_DELIVERED, RELAY_KNOWN, RELAY_REQUESTS, RELAY_SECONDS, RELAY_WAITING, RELAY_PAUSED,
)  # fmt: skip
