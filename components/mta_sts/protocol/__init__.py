"""MTA-STS (RFC 8461) itself: the policy, the `_mta-sts` record, and what a sender sees.

Importing this package reads no DNS or HTTP library. What a sending mail server would see is in
`mta_sts.protocol.sender`, the TLS reporting record (RFC 8460) in `mta_sts.protocol.tlsrpt`.
"""

from mta_sts.protocol.errors import PolicyError, RecordError
from mta_sts.protocol.policy import Policy
from mta_sts.protocol.record import Record

__all__ = ["Policy", "PolicyError", "Record", "RecordError"]
