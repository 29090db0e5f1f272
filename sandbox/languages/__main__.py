"""`python -m sandbox.languages`: make sure that YAML and TypeScript can be run, and print where."""

import sys

from sandbox.languages import LanguagesMissingError, ensure

try:
    folder = ensure()
except LanguagesMissingError as error:
    sys.exit(str(error))
sys.stdout.write(f"{folder}\n")
