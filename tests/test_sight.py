"""Which record a domain's certificate is validated by, as far as its review can rest on it."""

from typing import Any

import pytest

from mta_sts.findings import Wanted
from mta_sts.owners import Owner
from mta_sts.protocol.vantage import Vantage
from mta_sts.sight import Sight
from mta_sts.state import State
from mta_sts.zones import ZoneOfDomain, zone_of
from tests.test_owners import DOMAIN, SHARED, VALIDATION, resource

MADE = resource(
    "aws:route53/record:Record", f"host-{DOMAIN}-validation", name=VALIDATION[0], zoneId="Z1"
)
OWNER = Owner(DOMAIN, "", None, (), None, None)


def validation(*recorded: Any, owner: Owner | None = None, kind: str = "cloudfront") -> Any:
    zone = ZoneOfDomain(*zone_of({"route53": "Z1"}))
    state = State(dict(recorded))
    return Sight(DOMAIN, Vantage(), state, zone, [], kind, owner, None).validation


@pytest.mark.parametrize(
    ("recorded", "given", "is_known"),
    [
        ((SHARED, MADE), {}, True),
        ((SHARED,), {}, False),  # asked for, and to be made in this run
        ((MADE,), {}, False),  # of a certificate that is gone
        ((SHARED,), {"owner": OWNER}, True),  # others make it
        ((), {"owner": OWNER}, False),
        ((SHARED, MADE), {"kind": "worker"}, False),  # the certificate is Cloudflare's now
    ],
)
def test_the_record_that_must_be_there(
    recorded: tuple[Any, ...], given: dict[str, Any], is_known: bool
) -> None:
    assert validation(*recorded, **given) == (
        Wanted(VALIDATION[0], "CNAME", VALIDATION[1]) if is_known else None
    )
