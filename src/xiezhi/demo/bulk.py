"""Many open matters for benchmarks."""
