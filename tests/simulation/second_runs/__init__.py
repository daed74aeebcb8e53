"""
What the second run of a network sees of what has changed since the first one.

Each case makes a small network, runs it, changes one thing, and runs it again; it is a
generator that yields what there is to see in between.
"""
