"""The time by which policies are announced, which tests and trials may set."""

import os
from datetime import datetime

import pulumi

from mta_sts.protocol.vantage import Vantage

VARIABLE = "MTA_STS_NOW"


def now() -> datetime:
    """The time now, in UTC; `MTA_STS_NOW` (RFC 3339) where it is set, which is logged.

    Raises:
        mta_sts.protocol.vantage.VantageError: what is set is no such time.
    """
    time = Vantage.from_environment().clock()
    if VARIABLE in os.environ:
        pulumi.log.warn(f"{VARIABLE} is set: the time is taken to be {time.isoformat()}")
    return time
