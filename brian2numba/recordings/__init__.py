"""
Recordings of which not all stays in memory.

What monitors record goes to disk while the network runs, or only the newest of it is
kept; and what came since somebody last looked is read without a copy.
"""
