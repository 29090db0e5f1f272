"""Numbers that this project, or a cloud, sets."""

SHORTEST_MAX_AGE = 86400
"""Seconds. RFC 8461 allows less, but Google Workspace refuses less than a day."""
TESTING_MAX_AGE = range(604800, 1209601)
"""Seconds. What Google Workspace asks for in testing."""
DEFAULT_MAX_AGE = 604800
"""Seconds: a week, the least that Google Workspace recommends for testing."""
RECORD_TTL = 300
"""Seconds that a resolver may keep our records: short, because a mistake lasts as long."""
WORKER_SPREAD = 30.0
"""Seconds that a deployed Worker may take until every edge runs it."""
DEFAULT_GATE_TIMEOUT = 600.0
"""Seconds."""
COMMON_NAME_LIMIT = 64
"""Characters in the first name of an ACM certificate; the others may be longer."""
CERTIFICATE_REGION = "us-east-1"
"""CloudFront takes certificates from no other region."""
MOST_ALIASES = 100
"""Names that one CloudFront distribution serves."""
CERTIFICATE_NAMES = 10
"""Names in an ACM certificate, as long as nobody asks AWS for more: up to 100."""
LONGEST_RUN = 7200
"""Seconds, from the start of a run, within which what it replaces may still be announced: a
certificate and a distribution that are waited for, the gate, and the TTL of the record."""
