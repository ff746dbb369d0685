"""What can go wrong with a relay, beyond what the runtime knows."""

from worker.runtime.errors import RuntimeFault


class SegmentRefuses(RuntimeFault):
    """Segment takes nothing from us: the write key or the endpoint is wrong. Nothing was lost; the relay stops."""


class LedgerFault(RuntimeFault):
    """The ledger's file is not one, or cannot be opened or written."""


class Closing(Exception):
    """A partition's work ends here, before the next request; the rest is for whoever gets the partition."""
