"""What is said of records that are there already, and how they are brought in."""

import pytest

from mta_sts.taken import ForeignRecordError, way_in
from mta_sts.zones import ZoneModule, cloudflare, route53

DOMAIN, NAME = "a.example", "mta-sts.a.example"
PARENT = "urn:pulumi:prod::p::mta-sts:index:MtaSts::a"
CALLED = {"CNAME": "a-cname", "TXT": "a-txt"}
AGAIN = "and run `pulumi up` again"
BRING = f"ring it into this stack as below, which changes nothing in DNS, {AGAIN}, which changes it"
IMPORT = f"  pulumi import --protect=false --generate-code=false --parent it={PARENT}"
RECORD = ForeignRecordError(f"_{NAME}", ("TXT",), "v=STSv1; id=1;")
NAMED = ForeignRecordError(NAME, ("CNAME",), "b.example")
ADDRESS = ForeignRecordError(NAME, ("A",), "192.0.2.1")
BOTH = ForeignRecordError(NAME, ("A", "AAAA"), "192.0.2.1, 2001:db8::1")
OF_ADDRESS = f"{IMPORT} aws:route53/record:Record a-cname Z1_{NAME}_A"

WAYS = [
    ("a CNAME", [NAMED], route53, CALLED,
     f"B{BRING} in place\n{IMPORT} aws:route53/record:Record a-cname Z1_{NAME}_CNAME"),
    ("an address becomes a CNAME", [ADDRESS], route53, CALLED, f"B{BRING} in place\n{OF_ADDRESS}"),
    ("a CNAME can be beside no AAAA", [BOTH], route53, CALLED,
     f"Delete the AAAA record of {NAME}, b{BRING} in place\n{OF_ADDRESS}"),
    ("Cloudflare knows records by an id", [RECORD], cloudflare, CALLED,
     f"B{BRING} in place\n{IMPORT} cloudflare:index/dnsRecord:DnsRecord a-txt "
     "'Z1/<id of the record>'"),
    ("there a record keeps its type", [ADDRESS], cloudflare, CALLED,
     f"Delete the A record of {NAME}, {AGAIN}"),
    ("a Worker's name is no record", [NAMED], cloudflare, {"TXT": "a-txt"},
     f"Delete the CNAME record of {NAME}, {AGAIN}"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("foreign", "zone", "called", "way"),
    [case[1:] for case in WAYS],
    ids=[case[0] for case in WAYS],
)
def test_the_way_in(
    foreign: list[ForeignRecordError], zone: ZoneModule, called: dict[str, str], way: str
) -> None:
    (found,) = foreign
    said = (
        f"{DOMAIN}: {found.name} already has the {' and '.join(found.kinds)} record "
        f"{found.found!r}, which this stack did not make. It was left as it is, and nothing was "
        "announced. "
    )
    assert way_in(DOMAIN, foreign, zone, "Z1", PARENT, called) == said + way


def test_both_names_are_told_at_once() -> None:
    said = way_in(DOMAIN, [NAMED, RECORD], route53, "Z1", PARENT, CALLED)
    assert said.startswith(
        f"{DOMAIN}: {NAME} already has the CNAME record 'b.example', and _{NAME} already has the "
        "TXT record 'v=STSv1; id=1;', which this stack did not make. "
    )
    assert said.count("\n") == 2
