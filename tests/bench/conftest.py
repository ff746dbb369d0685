"""The benchmark's own test runs only when it is named: `pytest tests/bench/test_bench_quick.py`."""

collect_ignore_glob = ["test_*.py"]
