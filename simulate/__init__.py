"""The shop simulator: an online grocer with known truth, for demo, tests and benchmarks."""
