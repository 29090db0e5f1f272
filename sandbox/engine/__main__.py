"""`python -m sandbox.engine`: make sure there is an engine, and print where."""

import sys

from sandbox.engine import EngineMissingError, ensure

try:
    folder = ensure()
except EngineMissingError as error:
    sys.exit(str(error))
sys.stdout.write(f"{folder}\n")
