"""Methods that adapt their steps: accuracy, work, and other programs' times."""
