"""What is measured: one program a file, each run as a process of its own with a `Job` as its only argument."""
