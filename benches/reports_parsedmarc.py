"""What parsedmarc takes over a folder of reports; run by its own Python, with nothing of ours.

Prints its import's and its loop's seconds, and the sessions that it read.
"""

import os
import sys
import time

began = time.perf_counter()
from parsedmarc import parse_report_file  # type: ignore[import-not-found]  # noqa: E402

imported = time.perf_counter()
successful = failed = 0
for entry in os.scandir(sys.argv[1]):
    parsed = parse_report_file(entry.path, offline=True)
    for policy in parsed["report"]["policies"]:
        successful += policy["successful_session_count"]
        failed += policy["failed_session_count"]
print(imported - began, time.perf_counter() - imported, successful, failed)
