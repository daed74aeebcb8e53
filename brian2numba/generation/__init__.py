"""From Brian's abstract code to the source of a kernel."""
