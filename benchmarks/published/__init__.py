"""Models of the literature that simulators are compared by."""
