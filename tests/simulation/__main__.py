"""`python -m tests.simulation`: many histories, or one seed's once more."""

import argparse
import sys
import time

from tests.simulation.checks import LENGTH, check

SHOWN_MAX = 12
"""Lines told of one history."""

FAILURES_MAX = 20
"""After so many failed histories the rest is not tried."""


def say(*lines: str) -> None:
    sys.stdout.write("\n  ".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="only this history, with all that is wrong")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--histories", type=int, default=10_000, help="how many seeds from there on")
    parser.add_argument("--length", type=int, default=LENGTH, help="events of a history")
    options = parser.parse_args()
    if options.seed is not None:
        found = check(options.seed, options.length)
        say(*found or [f"seed {options.seed}: nothing is wrong"])
        return bool(found)
    failed: list[int] = []
    began = time.monotonic()
    for done, seed in enumerate(range(options.first, options.first + options.histories), 1):
        if found := check(seed, options.length):
            failed.append(seed)
            say(f"seed {seed}: {len(found) - 1} wrong", *found[:SHOWN_MAX])
            say(f"  again: python -m tests.simulation --seed {seed} --length {options.length}")
            if len(failed) == FAILURES_MAX:
                break
        if done % 500 == 0 or done == options.histories:
            say(f"{done} histories, {len(failed)} failed, {time.monotonic() - began:.0f} s")
    say(f"failed: {failed}" if failed else "no history failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
