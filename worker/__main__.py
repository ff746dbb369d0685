"""`python -m worker` is `segment-worker`."""

from worker.cli import main

if __name__ == "__main__":
    main()
