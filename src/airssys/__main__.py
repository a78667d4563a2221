"""`python -m airssys` is the `airssys` command."""

import sys

from airssys.cli import main

if __name__ == "__main__":
    sys.exit(main())
