"""What stands between Brian's runtime device and kernels."""
