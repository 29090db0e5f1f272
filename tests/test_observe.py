"""What is observed of a domain: real DNS and HTTPS servers, in order and out of it."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import dns.rcode
import pytest
import trustme

from mta_sts import observe as observing
from mta_sts.findings import OFF, Absent, Caa, LiveMx, NotAsked, Observed, Wanted
from mta_sts.observe import observe
from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.resolve import CaaRecord, MailHost
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from tests.protocol.servers import (
    ADDRESS,
    DOMAIN,
    HOST,
    POLICY,
    Answer,
    DnsServer,
    HttpsServer,
    Trust,
    Zones,
    holds,
    reply,
    says,
    sends,
    zone,
)

pytestmark = pytest.mark.timeout(30)

MX = f"{DOMAIN}. 300 IN MX 10 mail.{DOMAIN}."
RECORD = f'_mta-sts.{DOMAIN}. 60 IN TXT "v=STSv1; id=1;"'
RUA = f'_smtp._tls.{DOMAIN}. 60 IN TXT "v=TLSRPTv1; rua=mailto:a@example.org,https://b.example/c"'
CAA = f'{DOMAIN}. 60 IN CAA 0 issue "amazon.com"'
TOP = zone(apex="com")
SERVFAIL = says(dns.rcode.SERVFAIL)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("trust") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Trust(ca, file)


def see(
    trust: Trust,
    *records: str,
    instead: Mapping[str, Answer] | None = None,
    zones: Zones | None = None,
    vantage: Mapping[str, Any] | None = None,
    **asked: Any,
) -> Observed:
    async def main() -> Observed:
        server = DnsServer(TOP | zone(*records) if zones is None else zones, instead)
        async with server.serving() as port:
            return await observe(DOMAIN, trust.vantage(port, **vantage or {}), **asked)

    return asyncio.run(main())


@pytest.mark.parametrize("authoritative", [False, True])
def test_all_that_is_there(trust: Trust, authoritative: bool) -> None:
    seen = see(
        trust,
        *(MX, RECORD, RUA, CAA),
        vantage={"authoritative": authoritative},
        zone_servers=[f"ns.{DOMAIN}."],
    )
    assert seen == Observed(
        mx=LiveMx((MailHost(10, f"mail.{DOMAIN}"),), ttl=300),
        record_id="1",
        served=OFF,
        rua=("mailto:a@example.org", "https://b.example/c"),
        caa=Caa("the domain", (CaaRecord(critical=False, tag="issue", value="amazon.com"),)),
        delegated=(f"ns.{DOMAIN}",),
        delegation_ttl=60,
        zone_servers=(f"ns.{DOMAIN}.",),
    )


def test_that_there_is_nothing_is_an_answer(trust: Trust) -> None:
    assert see(trust) == Observed(
        mx=LiveMx((MailHost(0, DOMAIN),), ttl=30, implicit=True),
        record_id=None,
        rua=(),
        caa=None,
    )


def test_a_domain_that_does_not_exist(trust: Trust) -> None:
    seen = see(trust, zones=TOP, zone_servers=["ns.example"])
    assert seen.mx == LiveMx((), ttl=30)
    assert seen.delegated == ()


def test_records_that_others_keep(trust: Trust) -> None:
    wanted = [Wanted(HOST, "CNAME", f"target.{DOMAIN}"), Wanted(f"x.{DOMAIN}", "CNAME", "y.com")]
    there = f"{HOST}. 60 IN CNAME target.{DOMAIN}."
    assert see(trust, there, wanted=wanted).absent == (Absent(wanted[1], "nothing"),)
    failed = see(trust, there, wanted=wanted, instead={f"x.{DOMAIN} CNAME": SERVFAIL}).absent
    assert isinstance(failed, NotAsked)
    assert see(trust, there).absent == OFF


def test_a_zone_that_is_left_to_its_owner(trust: Trust) -> None:
    """Its servers are those that the parent delegates to."""
    seen = see(trust, zone_servers=["ns.mine.example"], left_to_owner=True)
    assert seen.left_servers == seen.delegated == (f"ns.{DOMAIN}",)
    alone = see(trust, left_servers=["ns.old.example"])
    assert (alone.delegated, alone.zone_servers) == ((f"ns.{DOMAIN}",), None)


def test_a_domain_that_takes_no_mail(trust: Trust) -> None:
    assert see(trust, f"{DOMAIN}. 300 IN MX 0 .").mx == LiveMx((), ttl=300, null=True)


@pytest.mark.parametrize(
    "texts",
    [
        ["v=STSv1 ; id=1;"],
        ["v=STSv1; id=1;", "v=STSv1; id=2;"],
        ["v=STSv1; id=-;"],
    ],
)
def test_a_record_that_no_sender_uses_is_none(trust: Trust, texts: list[str]) -> None:
    records = [f'_mta-sts.{DOMAIN}. 60 IN TXT "{text}"' for text in texts]
    assert see(trust, *records).record_id is None


@pytest.mark.parametrize(
    "texts",
    [
        ["v=spf1 -all"],
        ["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"],
        ["v=TLSRPTv1; rua=gopher://a.example"],
    ],
)
def test_a_reporting_record_that_no_sender_uses_is_none(trust: Trust, texts: list[str]) -> None:
    records = [f'_smtp._tls.{DOMAIN}. 60 IN TXT "{text}"' for text in texts]
    assert see(trust, *records).rua == ()


@pytest.mark.parametrize(
    ("where", "words"), [(HOST, "the mta-sts name"), (DOMAIN, "the domain"), ("com", "com")]
)
def test_whose_caa_records_they_are(trust: Trust, where: str, words: str) -> None:
    zones = TOP | zone(ADDRESS)
    zones[where if where != HOST else DOMAIN].append(f'{where}. 60 IN CAA 0 issue "amazon.com"')
    seen = see(trust, zones=zones)
    assert isinstance(seen.caa, Caa)
    assert seen.caa.where == words


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (f"{DOMAIN} MX", "mx"),
        (f"_mta-sts.{DOMAIN} TXT", "record_id"),
        (f"_smtp._tls.{DOMAIN} TXT", "rua"),
        (f"{DOMAIN} CAA", "caa"),
        (f"{DOMAIN} NS", "delegated"),
    ],
)
def test_each_failure_is_its_own(trust: Trust, question: str, field: str) -> None:
    records = (MX, RECORD, RUA, CAA)
    whole = see(trust, *records, zone_servers=["x"])
    seen = see(trust, *records, instead={question: SERVFAIL}, zone_servers=["x"])
    failed = getattr(seen, field)
    assert isinstance(failed, NotAsked)
    assert failed.why.startswith("every server failed: 127.0.0.1:")
    assert failed.why.endswith(": SERVFAIL")
    assert DOMAIN not in failed.why
    same = {field: getattr(whole, field), "delegation_ttl": whole.delegation_ttl}
    assert replace(seen, **same) == whole


def test_silence_ends_in_time(trust: Trust) -> None:
    began = time.monotonic()
    seen = see(trust, MX, RECORD, instead={f"{DOMAIN} MX": lambda query: None}, patience=0.5)
    assert time.monotonic() - began < 2
    assert seen.mx == NotAsked("no answer within 0.5 s")
    assert seen.record_id == "1"


def test_a_question_that_is_given_up_says_whom_it_asked(trust: Trust) -> None:
    silent: dict[str, Answer] = {f"{DOMAIN} MX": lambda query: None}
    seen = see(trust, instead=silent, vantage={"dns_timeout": 0.3})
    assert isinstance(seen.mx, NotAsked)
    assert seen.mx.why.startswith("no server answered in time: 127.0.0.1:")


def test_servers_that_do_not_have_the_zone(trust: Trust) -> None:
    """A lame delegation: the resolver knows the servers, and they know nothing."""
    lame = dict.fromkeys((f"{DOMAIN} MX", f"_mta-sts.{DOMAIN} TXT"), holds(authoritative=False))
    seen = see(trust, MX, instead=lame, vantage={"authoritative": True}, zone_servers=["x"])
    assert isinstance(seen.mx, NotAsked)
    assert seen.mx.why.startswith("every server failed: 127.0.0.1:")
    assert seen.mx.why.endswith(": not authoritative")
    assert isinstance(seen.record_id, NotAsked)
    assert seen.delegated == (f"ns.{DOMAIN}",)


def test_a_zone_without_servers_that_can_be_asked(trust: Trust) -> None:
    gone = {f"ns.{DOMAIN} A": SERVFAIL, f"ns.{DOMAIN} AAAA": SERVFAIL}
    seen = see(trust, MX, instead=gone, vantage={"authoritative": True})
    assert isinstance(seen.mx, NotAsked)
    assert seen.mx.why.startswith("its zone has no servers that can be asked: ")


def test_the_file_is_fetched_when_it_is_asked_for(trust: Trust) -> None:
    async def main() -> Observed:
        https = HttpsServer(sends(reply()), trust.context(HOST))
        async with (
            DnsServer(TOP | zone(ADDRESS)).serving() as dns_port,
            https.serving() as port,
        ):
            return await observe(DOMAIN, trust.vantage(dns_port, port), served=True)

    assert asyncio.run(main()).served == POLICY


def test_a_file_that_is_not_served(trust: Trust) -> None:
    assert see(trust, served=True).served == NotAsked(
        "the host of a policy has an address (RFC 8461 3.3): no such name"
    )


def test_no_domain(trust: Trust) -> None:
    with pytest.raises(HostNameError):
        asyncio.run(observe("no domain", trust.vantage(9)))


def test_many_domains_take_turns(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "MOST_DOMAINS", 3)
    asking = most = 0

    async def slow_mx(domain: str, vantage: Vantage) -> LiveMx:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await asyncio.sleep(0.01)
        asking -= 1
        return LiveMx((), 1)

    monkeypatch.setattr(observing, "_mx", slow_mx)

    async def main() -> list[Observed]:
        async with DnsServer(TOP | zone()).serving() as port:
            vantage = trust.vantage(port)
            return await asyncio.gather(*(observe(DOMAIN, vantage) for _ in range(12)))

    assert len(asyncio.run(main())) == 12
    assert most == 3


def test_dns_that_is_out_of_reach_is_not_asked_for_ever(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "MOST_DOMAINS", 3)
    asked = [f"{DOMAIN} MX", f"_mta-sts.{DOMAIN} TXT", f"_smtp._tls.{DOMAIN} TXT", f"{HOST} CAA"]

    async def main() -> list[Observed]:
        server = DnsServer(TOP | zone(MX))
        async with server.serving() as port:
            vantage = trust.vantage(port)
            seen = []
            for silent in (2, 3):
                server.instead = dict.fromkeys(asked, says(dns.rcode.REFUSED))
                seen += [await observe(DOMAIN, vantage) for _ in range(silent)]
                server.instead = {}
                seen.append(await observe(DOMAIN, vantage))
            return seen

    seen = asyncio.run(main())
    whys = [each.mx.why if isinstance(each.mx, NotAsked) else "" for each in seen]
    assert [why[:5] for why in whys] == ["every", "every", "", "every", "every", "every", "of 3 "]
    assert whys[-1] == "of 3 domains before nothing was answered"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as running:
        yield running


def test_in_the_sandbox(cloud: Cloud) -> None:
    """Of two zones of one name, the parent delegates to the first."""
    cloud.create_zone(DOMAIN)
    second = cloud.create_zone(DOMAIN)
    zones = cloud.client("route53")
    theirs = zones.get_hosted_zone(Id=second)["DelegationSet"]["NameServers"]
    vantage = Vantage.from_environment(cloud.environment)
    seen = asyncio.run(observe(DOMAIN, vantage, zone_servers=theirs))
    assert isinstance(seen.delegated, tuple)
    assert len(seen.delegated) == 4
    misbehaviour = cloud.dns.misbehave(DOMAIN, "servfail", type="MX")
    assert isinstance(asyncio.run(observe(DOMAIN, vantage)).mx, NotAsked)
    cloud.dns.behave(misbehaviour)
    assert isinstance(asyncio.run(observe(DOMAIN, vantage)).mx, LiveMx)
