"""How the stand-in fails: as ordered, else at random by rates and a seed."""

from collections import Counter, deque
from enum import StrEnum
from random import Random

from msgspec import Struct


class Fault(StrEnum):
    """What goes wrong with a request."""

    SERVER_ERROR = "server_error"
    """A 5xx with a page that is no JSON, as load balancers send."""
    HANG = "hang"
    """No answer at all."""
    RESET = "reset"
    """The connection is reset instead of an answer."""
    SLOW = "slow"
    """A good answer that takes long."""
    RATE_LIMITED = "rate_limited"
    """429 with Retry-After, for several requests in a row: a storm."""


class Failure(Struct, frozen=True):
    """A fault; `taken`: the events are accepted all the same, and only the answer is lost."""

    fault: Fault
    taken: bool = False


class Rates(Struct, frozen=True, kw_only=True):
    """The share of requests that meet each fault, 0 to 1; together at most 1."""

    server_error: float = 0.0
    hang: float = 0.0
    reset: float = 0.0
    slow: float = 0.0
    rate_limited: float = 0.0

    def __post_init__(self) -> None:
        shares = self.shares()
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError(f"rates must not be negative, and together at most 1: {shares}")

    def shares(self) -> tuple[float, ...]:
        """The rates in the order of `Fault`."""
        return (self.server_error, self.hang, self.reset, self.slow, self.rate_limited)


class Faults:
    """Decides for each request whether and how it fails."""

    def __init__(
        self,
        seed: int = 0,
        rates: Rates | None = None,
        *,
        taken: float = 0.5,
        storm: int = 3,
        retry_after_s: int = 1,
        slow_s: float = 0.5,
        hang_s: float = 60.0,
    ) -> None:
        """`taken`: the share of failed requests whose events are accepted all the same (never those of a 429)."""
        self.random = Random(seed)
        self.rates = rates or Rates()
        self.retry_after_s = retry_after_s
        self.slow_s = slow_s
        self.hang_s = hang_s
        self.met: Counter[Fault] = Counter()
        """How often each occurred."""
        self._taken = taken
        self._storm = storm
        self._ordered: deque[Failure] = deque()

    def order(self, failure: Failure | Fault, times: int = 1) -> None:
        """The next requests fail like this."""
        each = failure if isinstance(failure, Failure) else Failure(failure)
        self._ordered.extend([each] * times)

    def clear(self) -> None:
        """Nothing fails any more."""
        self._ordered.clear()
        self.rates = Rates()

    def next(self) -> Failure | None:
        """What becomes of the next request; None: nothing goes wrong."""
        failure = self._ordered.popleft() if self._ordered else self._drawn()
        if failure is not None:
            self.met[failure.fault] += 1
        return failure

    def _drawn(self) -> Failure | None:
        chance = self.random.random()
        for fault, share in zip(Fault, self.rates.shares(), strict=True):
            if chance < share:
                if fault is Fault.RATE_LIMITED:
                    self.order(Failure(fault), self._storm - 1)
                    return Failure(fault)
                return Failure(fault, taken=fault is Fault.SLOW or self.random.random() < self._taken)
            chance -= share
        return None
