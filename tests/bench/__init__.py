"""The benchmark: `python -m tests.bench` (README section "Benchmarks"; its report is docs/benchmarks.md)."""
