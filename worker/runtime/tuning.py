"""Times and sizes of the runtime, each with the reason for its value."""

from msgspec import Struct

from worker.text import Text


class Tuning(Struct, frozen=True):
    """What may be set per deployment (workspace.yaml, section `worker`)."""

    batch_records: int = 1000
    """Records of one fetch over all partitions: large enough that two broker round trips a batch cost little, small
    enough that a batch is decided in some tens of milliseconds."""
    commit_interval_s: float = 0.5
    session_timeout_s: float = 20.0
    """How long a silent worker keeps its partitions."""
    heartbeat_interval_s: float = 2.0
    request_timeout_s: float = 30.0
    """Longest wait for any answer of a broker; aiokafka needs it above the session timeout."""
    delivery_timeout_s: float = 18.0
    """Longest wait for an acknowledgement: below the session timeout, so that no record of a worker that lost its
    partitions is still under way when the next owner has them, and long enough for a broker's restart."""
    rebalance_timeout_s: float = 30.0
    fetch_wait_s: float = 0.1
    """A fetch waits this long for data. In Faust it is 1.5 s, and a partition just read waits for the quiet ones."""
    stall_s: float = 60.0
    """Lag without a commit for this long ends the worker (the watchdog)."""
    stop_s: float = 9.0
    """Longest graceful stop."""
    state_dir: Text | None = None
    """Directory for the state of this one worker; none keeps it in memory. On disk it may be larger than memory and a
    restart need not read the whole changelog, but each decision costs more."""
    dead_letter_ratio_max: float | None = None
    """A worker stops when more than this part of an agent's last records (dead_letter_window) became dead letters."""
    dead_letter_window: int = 10_000
    """Records over which the ratio is taken."""
    dead_letters_in_row_max: int | None = None
    """A worker stops when more records than this became dead letters one after the other."""
    max_fetch_bytes: int = 1024 * 1024
    """Bytes of one fetch from one partition."""

    def member_options(self) -> dict[str, object]:
        """Keyword arguments of an aiokafka consumer that is a member of a group, and commits by itself."""
        return {
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "max_poll_records": self.batch_records,
            # A relay takes nothing for as long as Segment is away; a worker's watchdog judges by the lag, too.
            "max_poll_interval_ms": 24 * 3600 * 1000,
            "max_partition_fetch_bytes": self.max_fetch_bytes,
            "fetch_max_wait_ms": int(self.fetch_wait_s * 1000),
            "request_timeout_ms": int(self.request_timeout_s * 1000),
            "session_timeout_ms": int(self.session_timeout_s * 1000),
            "rebalance_timeout_ms": int(self.rebalance_timeout_s * 1000),
            "heartbeat_interval_ms": int(self.heartbeat_interval_s * 1000),
            "metadata_max_age_ms": 30_000,
        }
