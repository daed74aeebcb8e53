"""Command line: ``python -m brian2numba``."""

import sys

from brian2numba.command_line import main

if __name__ == "__main__":
    sys.exit(main())
