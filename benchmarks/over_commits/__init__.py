"""What `asv` measures of each commit: times and memory of this package alone."""
