"""`python -m sandbox.plugin <package>`: the executable the engine starts."""

import sys

from sandbox.plugin.packages import PACKAGES
from sandbox.plugin.server import serve

if sys.argv[1:2] == [] or sys.argv[1] not in PACKAGES:
    sys.exit(f"usage: python -m sandbox.plugin <{' | '.join(PACKAGES)}>")
serve(PACKAGES[sys.argv[1]])
