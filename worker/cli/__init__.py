"""The command line, `segment-worker`: one file a group of commands."""

import sys


def main() -> None:
    """Run the command line."""
    from worker.cli.app import run  # a library user who imports another part of the package needs none of this
    from worker.cli.standard_output import telling_output

    with telling_output():
        run(sys.argv[1:])
