"""The command line, `segment-worker`: one file a group of commands."""

import sys
from typing import Final

_INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as of shells and of Typer, which catches it only once a command is loaded."""


def main() -> None:
    """Run the command line."""
    try:
        from worker.cli.app import run  # a library user who imports another part of the package needs none of this
        from worker.cli.standard_output import telling_output

        with telling_output():
            run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
