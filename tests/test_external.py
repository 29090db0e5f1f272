"""What the owner of a zone is told to make."""

import pytest

from mta_sts import external
from mta_sts.external import DelegatedNameError
from mta_sts.findings import Wanted

DOMAIN, OURS = "customer.example", "announce.example"
VALIDATION = Wanted("_a.mta-sts.customer.example", "CNAME", "_b.acm-validations.aws")
HOST = Wanted("mta-sts.customer.example", "CNAME", "d1.cloudfront.net")
ANNOUNCEMENT = Wanted("_mta-sts.customer.example", "CNAME", f"_mta-sts.{DOMAIN}.{OURS}")
REPORTS = Wanted("_smtp._tls.customer.example", "TXT", "v=TLSRPTv1; rua=mailto:a@b.example")


def test_all_records() -> None:
    assert external.records(
        DOMAIN,
        external.announced_at(DOMAIN, OURS),
        validation=VALIDATION,
        target=HOST.value,
        tlsrpt=REPORTS.value,
    ) == (VALIDATION, HOST, ANNOUNCEMENT, REPORTS)


def test_those_that_are_known() -> None:
    assert external.records(
        DOMAIN, ANNOUNCEMENT.value, validation=None, target=None, tlsrpt=None
    ) == (ANNOUNCEMENT,)


def test_a_text_for_people_and_for_name_servers() -> None:
    assert external.text(DOMAIN, (VALIDATION, HOST, ANNOUNCEMENT, REPORTS)) == (
        "; Records to be made once in the zone of customer.example:\n"
        ";\n"
        "; NAME                         TYPE   VALUE\n"
        "; _a.mta-sts.customer.example  CNAME  _b.acm-validations.aws\n"
        "; mta-sts.customer.example     CNAME  d1.cloudfront.net\n"
        "; _mta-sts.customer.example    CNAME  _mta-sts.customer.example.announce.example\n"
        "; _smtp._tls.customer.example  TXT    v=TLSRPTv1; rua=mailto:a@b.example\n"
        ";\n"
        "_a.mta-sts.customer.example.  300  IN  CNAME  _b.acm-validations.aws.\n"
        "mta-sts.customer.example.     300  IN  CNAME  d1.cloudfront.net.\n"
        "_mta-sts.customer.example.    300  IN  CNAME  "
        "_mta-sts.customer.example.announce.example.\n"
        '_smtp._tls.customer.example.  300  IN  TXT    "v=TLSRPTv1; rua=mailto:a@b.example"\n'
    )


def test_nothing_to_make_is_no_text() -> None:
    assert external.text(DOMAIN, ()) == ""


LABEL = "a" * 59


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (f"{LABEL}.{LABEL}.{LABEL}.{'b' * 47}", None),  # 253 characters
        (
            f"{LABEL}.{LABEL}.{LABEL}.{'b' * 48}",
            "has 254 characters, and a name in DNS 253 at most (RFC 1035 2.3.4): take a zone with "
            "a shorter name",
        ),
        (
            DOMAIN,
            "external names the zone customer.example, which is the domain's own: write the zone "
            "without external",
        ),
    ],
)
def test_where_it_can_be_announced(zone: str, said: str | None) -> None:
    if said is None:
        assert len(external.announced_at(DOMAIN, zone)) == 253
        return
    with pytest.raises(DelegatedNameError) as caught:
        external.announced_at(DOMAIN, zone)
    assert str(caught.value).endswith(said)
