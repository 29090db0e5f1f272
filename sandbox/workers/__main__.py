"""`python -m sandbox.workers`: make sure there is a Workers runtime, and print where."""

import sys

from sandbox.workers.runtime import RuntimeMissingError, ensure

try:
    program = ensure()
except RuntimeMissingError as error:
    sys.exit(str(error))
sys.stdout.write(f"{program}\n")
