"""`python -m tests.soak`: many histories; `python -m tests.soak replay <file or seed-number>`."""

import sys

from tests.soak import soak

if __name__ == "__main__":
    sys.exit(soak.main(sys.argv[1:]))
