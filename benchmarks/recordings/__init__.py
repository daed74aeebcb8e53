"""What it costs to record to disk, beside recording in memory."""
