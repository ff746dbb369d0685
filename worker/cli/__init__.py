"""The command line, `segment-worker`: one file a group of commands."""


def main() -> None:
    """Run the command line."""
    from worker.cli.app import app  # what the commands need is imported when one is run

    app(prog_name="segment-worker")
