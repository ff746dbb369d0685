"""How long to wait after failures: backoff of one request, and the circuit breaker of all. Pure.

The breaker is a state and functions of it; `now` is any clock's seconds that only ever rise.
"""

from typing import TypeAlias

from msgspec import Struct


class Closed(Struct, frozen=True):
    """Requests go out; so many have failed in a row."""

    failures: int = 0


class Open(Struct, frozen=True):
    """Nothing goes out before `until`; `pauses` counts the pauses in a row."""

    until: float
    pauses: int


class Trying(Struct, frozen=True):
    """One request is out to try, everybody else waits."""

    pauses: int


Breaker: TypeAlias = Closed | Open | Trying


class Policy(Struct, frozen=True):
    """When the breaker opens, and for how many seconds the first and at most."""

    failures: int
    pause_s: float
    pause_max_s: float


def may_send(breaker: Breaker, now: float) -> Breaker | None:
    """The state in which a request goes out now; None: it has to wait."""
    match breaker:
        case Closed():
            return breaker
        case Open(until, pauses):
            return Trying(pauses) if now >= until else None
        case Trying():
            return None


def wait_s(breaker: Breaker, now: float) -> float | None:
    """The seconds until a request may ask again; None: until the one that is out is back."""
    return max(0.0, breaker.until - now) if isinstance(breaker, Open) else None


def after_success(_breaker: Breaker) -> Breaker:
    """Segment has answered properly."""
    return Closed()


def after_failure(breaker: Breaker, now: float, policy: Policy, retry_after_s: float | None) -> Breaker:
    """A request has failed in a way that may pass.

    What an answer asks to wait is asked of everybody: Segment limits the rate of a whole workspace.
    """
    asked = Open(now + retry_after_s, 0) if retry_after_s else None
    match breaker:
        case Closed(failures):
            if failures + 1 < policy.failures:
                return asked or Closed(failures + 1)
            return _opened(now, 0, policy, asked)
        case Trying(pauses):
            return _opened(now, pauses, policy, asked)
        case Open(until, pauses):  # a straggler, sent before it opened
            return breaker if asked is None or asked.until <= until else Open(asked.until, pauses)


def after_silence(breaker: Breaker, now: float) -> Breaker:
    """A request was given up before anything was known of it, e.g. because its partition was taken away."""
    return Open(now, breaker.pauses) if isinstance(breaker, Trying) else breaker


def _opened(now: float, pauses: int, policy: Policy, asked: Open | None) -> Open:
    until = now + float(min(policy.pause_s * 2.0 ** min(pauses, 60), policy.pause_max_s))
    return Open(max(until, asked.until) if asked else until, pauses + 1)


def backoff_s(attempt: int, minimum_s: float, maximum_s: float, chance: float) -> float:
    """The wait before retry number `attempt` (from 1): exponential with full jitter, `chance` being 0 to 1."""
    return float(min(minimum_s * 2.0 ** min(attempt - 1, 60), maximum_s)) * chance
