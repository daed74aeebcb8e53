"""What large models are made of: see `benchmarks.ingredients.__main__`."""
