"""Wrong input, and what is said of it."""

import asyncio
from typing import Any

import pulumi
import pytest

from mta_sts import checks
from mta_sts.problems import ArgumentError
from mta_sts.review import CODES

GOOD: dict[str, Any] = {"mode": "testing", "mx": ["mail.solarmora.com"], "zone": "route53"}

MX = "mx is a host name, or '*.' and a host name (RFC 8461 3.2)"
MX_LIST = 'a list of host names, or "*." and a host name; empty in mode none only'
MODE = "mode is exactly one of testing, enforce and none (RFC 8461 3.2)"
MAX_AGE = "a whole number of seconds from 86400 to 31557600"
ZONE = (
    "route53 or cloudflare; {route53: Z0123456789ABC}, to name the zone by its id; or external, "
    "where others keep the zone"
)
ANNOUNCED = (
    "external needs the id of a zone of yours: the owner of the domain's zone has _mta-sts point "
    "there, once, so that no new id has to be typed there by hand (RFC 8461 8.2): {external: "
    "{route53: Z0123456789ABC}}"
)
HOST = "cloudfront, tenant, r2, worker or worker-route"
GROUP = "a name of small letters, digits and hyphens, at most 20"
ROLLOUT = "allowed: automatic, with mode enforce"
ACCEPT = f"allowed: a mapping from findings to reasons, in words; findings are {', '.join(CODES)}"
KEYS = (
    "mode, mx, maxAge, reports, reportsFrom, gateTimeout, testingPeriod, accept, rollout, zone, "
    "host, group"
)


def with_(**keys: Any) -> dict[str, Any]:
    return {**GOOD, **keys}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


BAD = [
    # what is wrong, the keys given, what is said
    ("another case", with_(mode="Enforce"), f"mode: found 'Enforce'; {MODE}"),
    ("no mode of the RFC", with_(mode="report"), f"mode: found 'report'; {MODE}"),
    ("no text", with_(mode=1), f"mode: found 1; {MODE}"),
    ("missing", without("mode"), "mode: missing; allowed: testing, enforce or none"),
    (
        "an IPv4 address",
        with_(mx=["192.0.2.1"]),
        f"mx[0]: found '192.0.2.1'; {MX}; a host name is no IP address (RFC 1123 2.1)",
    ),
    (
        "an IPv6 address",
        with_(mx=["mail.solarmora.com", "2001:db8::1"]),
        f"mx[1]: found '2001:db8::1'; {MX}; a host name is no IP address (RFC 1123 2.1)",
    ),
    (
        "two wildcards",
        with_(mx=["*.*.x"]),
        "mx[0]: found '*.*.x'; '*' stands only once, for the whole first label (RFC 8461 4.1)",
    ),
    (
        "a wildcard for a part of a label",
        with_(mx=["mx*.solarmora.com"]),
        "mx[0]: found 'mx*.solarmora.com'; "
        "'*' stands only once, for the whole first label (RFC 8461 4.1)",
    ),
    (
        "a URL",
        with_(mx=["https://mail.solarmora.com"]),
        f"mx[0]: found 'https://mail.solarmora.com'; {MX}; "
        "a host name is no URL and no address (RFC 1123 2.1)",
    ),
    ("an empty name", with_(mx=[""]), f"mx[0]: found ''; {MX}; no label is empty (RFC 1035 2.3.1)"),
    (
        "several in one",
        with_(mx=["a.solarmora.com, b.solarmora.com"]),
        "mx[0]: found 'a.solarmora.com, b.solarmora.com'; "
        "mx is one host name; each has its own line (RFC 8461 3.2)",
    ),
    ("a number for a name", with_(mx=[25]), f"mx[0]: found 25; {MX}"),
    ("no name at all", with_(mx=[]), f"mx: found []; allowed: {MX_LIST} (no name in it)"),
    (
        "text for a list",
        with_(mx="mail.solarmora.com"),
        f"mx: found 'mail.solarmora.com'; allowed: {MX_LIST}",
    ),
    (
        "a second below a day",
        with_(maxAge=86399),
        f"maxAge: found 86399; allowed: {MAX_AGE} (less than a day)",
    ),
    (
        "a second above a year",
        with_(maxAge=31557601),
        f"maxAge: found 31557601; allowed: {MAX_AGE} (RFC 8461 3.2)",
    ),
    ("not whole", with_(maxAge=1.5), f"maxAge: found 1.5; allowed: {MAX_AGE} (RFC 8461 3.2)"),
    ("words", with_(maxAge="1 week"), f"maxAge: found '1 week'; allowed: {MAX_AGE} (RFC 8461 3.2)"),
    (
        "digits as text",
        with_(maxAge="604800"),
        f"maxAge: found '604800'; allowed: {MAX_AGE} (RFC 8461 3.2)",
    ),
    (
        "true is no number",
        with_(maxAge=True),
        f"maxAge: found True; allowed: {MAX_AGE} (RFC 8461 3.2)",
    ),
    ("an unknown key", with_(max_age=604800), f"max_age: unknown key; allowed: {KEYS}"),
    (
        "two hosts",
        with_(host=["cloudfront", "worker"]),
        f"host: found ['cloudfront', 'worker']; allowed: {HOST} (not a host)",
    ),
    ("no host there is", with_(host="nginx"), f"host: found 'nginx'; allowed: {HOST} (not a host)"),
    ("missing", without("zone"), f"zone: missing; allowed: {ZONE}"),
    (
        "no zone there is",
        with_(zone="bind"),
        f"zone: found 'bind'; allowed: {ZONE} (not a mapping)",
    ),
    (
        "two zones",
        with_(zone={"route53": "Z1", "cloudflare": "z"}),
        f"zone: found {{'cloudflare': 'z', 'route53': 'Z1'}}; allowed: {ZONE} (exactly one)",
    ),
    (
        "no id",
        with_(zone={"route53": ""}),
        f"zone: found {{'route53': ''}}; allowed: {ZONE} (not an id)",
    ),
    (
        "kept elsewhere, and announced nowhere",
        with_(zone="external"),
        f"zone: found 'external'; allowed: {ZONE} ({ANNOUNCED})",
    ),
    (
        "the same in other words",
        with_(zone={"external": {"wait": 60}}),
        f"zone: found {{'external': {{'wait': 60}}}}; allowed: {ZONE} ({ANNOUNCED})",
    ),
    (
        "a name of a cloud is no id",
        with_(zone={"external": "route53"}),
        f"zone: found {{'external': 'route53'}}; allowed: {ZONE} ({ANNOUNCED})",
    ),
    (
        "announced in two zones",
        with_(zone={"external": {"route53": "Z1", "cloudflare": "z"}}),
        "zone: found {'external': {'cloudflare': 'z', 'route53': 'Z1'}}; "
        f"allowed: {ZONE} (exactly one)",
    ),
    (
        "no id to announce in",
        with_(zone={"external": {"route53": ""}}),
        f"zone: found {{'external': {{'route53': ''}}}}; allowed: {ZONE} "
        "(the id in external is text, and known when the program runs)",
    ),
    (
        "no time to wait",
        with_(zone={"external": {"route53": "Z1", "wait": 0}}),
        f"zone: found {{'external': {{'route53': 'Z1', 'wait': 0}}}}; allowed: {ZONE} "
        "(not a number of seconds)",
    ),
    (
        "a host that serves no such names",
        with_(zone={"external": {"route53": "Z1"}}, host="worker"),
        f"host: found 'worker'; allowed: {HOST} (worker serves names of zones in its own account "
        "only, and others keep this zone: set host: cloudfront)",
    ),
    (
        "a tenant for a name that others lead",
        with_(zone={"external": {"route53": "Z1"}}, host="tenant"),
        f"host: found 'tenant'; allowed: {HOST} (a tenant is made in the run that makes its "
        "CNAME, and others keep this zone: set host: cloudfront)",
    ),
    (
        "no such address",
        with_(reports=["ftp://solarmora.com"]),
        "reports[0]: found 'ftp://solarmora.com'; rua is a mailto: or https: address (RFC 8460 3)",
    ),
    (
        "reports from nowhere",
        with_(reportsFrom="no-such-folder"),
        "reportsFrom: found 'no-such-folder'; allowed: the path of a folder of TLS reports, from "
        "where Pulumi.yaml is, or s3://bucket/prefix (no-such-folder: No such file or directory)",
    ),
    (
        "reports from a file",
        with_(reportsFrom="/dev/null"),
        "reportsFrom: found '/dev/null'; allowed: the path of a folder of TLS reports, from where "
        "Pulumi.yaml is, or s3://bucket/prefix (/dev/null: neither a folder nor a file)",
    ),
    (
        "reports from no bucket",
        with_(reportsFrom="s3://Reports"),
        "reportsFrom: found 's3://Reports'; allowed: the path of a folder of TLS reports, from "
        "where Pulumi.yaml is, or s3://bucket/prefix (s3://Reports: not s3:// and the name of a "
        "bucket, such as s3://bucket/prefix)",
    ),
    (
        "a reportsFrom that is no path",
        with_(reportsFrom=["reports"]),
        "reportsFrom: found ['reports']; allowed: the path of a folder of TLS reports, from where "
        "Pulumi.yaml is, or s3://bucket/prefix (not a path)",
    ),
    (
        "nothing to wait",
        with_(gateTimeout=0),
        "gateTimeout: found 0; allowed: a number of seconds above 0 (not a number of seconds)",
    ),
    (
        "no testing at all",
        with_(testingPeriod=0),
        "testingPeriod: found 0; allowed: a number of seconds above 0 (not a number of seconds)",
    ),
    ("by hand", with_(rollout="manual"), f"rollout: found 'manual'; {ROLLOUT} (not a rollout)"),
    (
        "rolled out to nothing",
        with_(rollout="automatic"),
        f"rollout: found 'automatic'; {ROLLOUT} (mode is testing)",
    ),
    ("a word", with_(accept="all"), f"accept: found 'all'; {ACCEPT} (not a mapping)"),
    (
        "a finding there is not",
        with_(accept={"mx-gone": "x"}),
        f"accept: found {{'mx-gone': 'x'}}; {ACCEPT} (no finding is called mx-gone)",
    ),
    (
        "no reason",
        with_(accept={"mx-uncovered": " "}),
        f"accept: found {{'mx-uncovered': ' '}}; {ACCEPT} (mx-uncovered without a reason)",
    ),
    (
        "a group that no part can be called by",
        with_(group="Customers 1"),
        f"group: found 'Customers 1'; allowed: {GROUP} (not a name)",
    ),
    (
        "a group with a long name",
        with_(group="a" * 21),
        f"group: found '{'a' * 21}'; allowed: {GROUP} (not a name)",
    ),
    (
        "a group of a Worker",
        with_(zone="cloudflare", host="worker", group="b"),
        f"group: found 'b'; allowed: {GROUP} (host is worker, which has no groups: leave it out)",
    ),
    ("no keys", None, f"found nothing; allowed: {KEYS}"),
]


@pytest.mark.parametrize(
    ("keys", "said"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad_configuration_is_named(keys: Any, said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.stack_domains({"solarmora.com": keys})
    assert caught.value.problems == [f"solarmora.com: {said}"]


DOMAINS = [
    ("sol_armora.com", "a label is letters, digits and inner hyphens (RFC 1123 2.1)"),
    ("solarmora", "a host name has at least two labels (RFC 5321 2.3.5)"),
    ("192.0.2.1", "a host name is no IP address (RFC 1123 2.1)"),
    ("https://solarmora.com", "a host name is no URL and no address (RFC 1123 2.1)"),
    ("*.solarmora.com", "'*' stands only for the whole first label of an mx (RFC 8461 4.1)"),
    ("solarmora..com", "no label is empty (RFC 1035 2.3.1)"),
]


@pytest.mark.parametrize(("domain", "said"), DOMAINS)
def test_a_domain_that_is_none_is_named(domain: str, said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.stack_domains({domain: GOOD})
    assert caught.value.problems == [f"{domain}: domain: found {domain!r}; {said}"]


def test_every_mistake_is_reported_in_one_message() -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.stack_domains(
            {f"d{number}.example": keys for number, (_, keys, _) in enumerate(BAD[:10])}
        )
    assert str(caught.value).splitlines()[0] == (
        "mta-sts:domains has 10 mistakes; nothing was changed:"
    )
    assert str(caught.value).splitlines()[1:] == [
        f"  d{number}.example: {said}" for number, (_, _, said) in enumerate(BAD[:10])
    ]


def test_one_domain_in_two_spellings_is_refused() -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.stack_domains({"bücher.example": GOOD, "XN--BCHER-KVA.example.": GOOD})
    assert caught.value.problems == [
        "XN--BCHER-KVA.example.: this domain is given twice, also as bücher.example"
    ]


@pytest.mark.parametrize("given", [None, {}, [], "solarmora.com"])
def test_no_domains_is_refused(given: object) -> None:
    with pytest.raises(ArgumentError, match="allowed: a mapping from domain to keys"):
        checks.stack_domains(given)


def test_every_spelling_gives_the_same() -> None:
    plain = {
        "mode": "testing",
        "mx": ["xn--bcher-kva.example", "*.solarmora.net"],
        "zone": "route53",
    }
    spelled = {
        **plain,
        "mx": ["*.SOLARMORA.net.", "Bücher.example", "*.solarmora.net"],
        "host": "cloudfront",
        "maxAge": 604800.0,
    }
    (one,) = checks.stack_domains({"bücher.example": plain})
    (other,) = checks.stack_domains({"Bücher.Example.": spelled})
    assert other.domain == one.domain == "xn--bcher-kva.example"
    assert checks.policy_of(one.domain, one.mode, one.mx, one.max_age) == checks.policy_of(
        other.domain, other.mode, other.mx, other.max_age
    )


def test_what_is_left_out() -> None:
    (domain,) = checks.stack_domains({"solarmora.com": {"mode": "none", "zone": {"route53": "Z1"}}})
    assert dict(domain) == {
        "domain": "solarmora.com",
        "mode": "none",
        "mx": [],
        "max_age": 604800,
        "reports": None,
        "reports_from": None,
        "gate_timeout": 600.0,
        "testing_period": 1209600,
        "accept": {},
        "rollout": None,
        "zone": {"route53": "Z1"},
        "host": "cloudfront",
        "group": None,
    }


def test_a_component_names_itself_and_its_keys() -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.component(
            "mine",
            {"domain": "solarmora.com", "mode": "Testing", "mx": [], "max_age": 5, "zone": {}},
        )
    assert str(caught.value) == (
        "MtaSts mine has 3 mistakes; nothing was changed:\n"
        f"  mode: found 'Testing'; {MODE}\n"
        f"  max_age: found 5; allowed: {MAX_AGE} (less than a day)\n"
        "  zone: found {}; allowed: route53 or cloudflare, and the zone's id: "
        "{route53: Z0123456789ABC}; or external, where others keep the zone (exactly one)"
    )


def test_an_output_is_checked_when_it_is_known() -> None:
    async def given() -> checks.Arguments:
        later = pulumi.Output.from_input("Testing")
        return checks.component(
            "mine",
            {
                "domain": "solarmora.com",
                "mode": later,
                "mx": [later],
                "zone": {"route53": later},
            },
        )

    assert not asyncio.run(given()).policy_is_known
    with pytest.raises(ArgumentError) as caught:
        checks.policy_of("solarmora.com", "Testing", ["mail.solarmora.com"], 604800)
    assert str(caught.value) == (
        f"solarmora.com has a mistake; nothing was changed:\n  mode: found 'Testing'; {MODE}"
    )


def test_a_policy_longer_than_senders_read_is_refused() -> None:
    names = [f"mx{number}.a-rather-long-name.example" for number in range(2000)]
    with pytest.raises(ArgumentError, match="at most 65536 bytes"):
        checks.policy_of("solarmora.com", "testing", names, 604800)


HOSTS = [
    ("no domain", [], "domains: found []"),
    (
        "more than a distribution serves",
        [f"d{n}.example" for n in range(101)],
        "(group default has 101 domains: one distribution serves at most 100. Split them by "
        "`group`)",
    ),
    ("one domain twice", ["a.example", "A.example."], "(twice: a.example)"),
    (
        "no name short enough for a certificate",
        ["a" * 57 + ".example"],
        "(a certificate needs a name of at most 64 characters)",
    ),
]


@pytest.mark.parametrize(
    ("domains", "said"), [case[1:] for case in HOSTS], ids=[case[0] for case in HOSTS]
)
def test_bad_hosts_are_named(domains: list[str], said: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        checks.hosted_domains(
            "shared", {"domains": [{"domain": name, "zone": {"route53": "Z1"}} for name in domains]}
        )
    assert said in str(caught.value)


def test_a_group_with_more_than_a_distribution_serves() -> None:
    """Those that leave do not count where they are said to be: the state knows where they are."""
    domains: Any = [
        {"domain": f"{group}{number}.example", "zone": {"route53": "Z1"}, "group": group}
        for group, count in {"a": 100, "b": 101, "c": 102}.items()
        for number in range(count)
    ]
    with pytest.raises(ArgumentError) as caught:
        checks.hosted_domains("shared", {"domains": domains})
    assert (
        "(group b has 101, group c has 102 domains: one distribution serves at most 100. Split "
        "them by `group`)"
    ) in str(caught.value)
    leaving: Any = [{**each, "leaving": True} for each in domains if each["group"] != "a"]
    assert len(checks.hosted_domains("shared", {"domains": leaving})) == 203


def test_each_group_needs_a_name_for_its_certificate() -> None:
    domains: Any = [
        {"domain": "a.example", "zone": {"route53": "Z1"}},
        {"domain": LONG, "zone": {"route53": "Z1"}, "group": "b"},
    ]
    with pytest.raises(ArgumentError) as caught:
        checks.hosted_domains("shared", {"domains": domains})
    assert "(a certificate needs a name of at most 64 characters in group b)" in str(caught.value)


def test_a_worker_has_no_groups() -> None:
    domains: Any = [{"domain": "a.example", "zone": {"cloudflare": "0" * 32}, "group": "b"}]
    with pytest.raises(ArgumentError) as caught:
        checks.worker_domains("shared", {"domains": domains, "account_id": "0" * 32})
    assert "(only a CloudFrontHost has groups: a.example)" in str(caught.value)


ELSEWHERE = {"external": {"route53": "Z1"}}
LONG = "a" * 57 + ".example"


def test_a_worker_serves_no_zone_kept_elsewhere() -> None:
    domains: Any = [{"domain": "a.example", "zone": ELSEWHERE}]
    with pytest.raises(ArgumentError) as caught:
        checks.worker_domains("shared", {"domains": domains, "account_id": "0" * 32})
    assert (
        "(a Worker serves names of zones in its own account only, and others keep this zone: "
        "a.example)"
    ) in str(caught.value)


@pytest.mark.parametrize(
    ("short_zone", "said"),
    [
        ({"route53": "Z2"}, None),
        (
            ELSEWHERE,  # it may not be in the certificate yet
            "(a certificate needs a name of at most 64 characters, of a domain whose zone is "
            "yours)",
        ),
    ],
)
def test_a_long_name_needs_a_short_one_beside_it(short_zone: Any, said: str | None) -> None:
    domains: Any = [
        {"domain": LONG, "zone": ELSEWHERE},
        {"domain": "a.example", "zone": short_zone},
    ]
    if said is None:
        assert len(checks.hosted_domains("shared", {"domains": domains})) == 2
        return
    with pytest.raises(ArgumentError) as caught:
        checks.hosted_domains("shared", {"domains": domains})
    assert said in str(caught.value)


def test_an_id_that_is_an_output_is_none_to_announce_in() -> None:
    async def given() -> None:
        later: Any = {"external": {"route53": pulumi.Output.from_input("Z1")}}
        checks.component(
            "mine", {"domain": "a.example", "mode": "testing", "mx": ["a.example"], "zone": later}
        )

    with pytest.raises(ArgumentError, match="is text, and known when the program runs"):
        asyncio.run(given())


def test_the_domains_of_a_host_come_in_order_of_name() -> None:
    hosted = checks.hosted_domains(
        "shared",
        {
            "domains": [
                {"domain": name, "zone": {"route53": "Z1"}} for name in ("b.example", "A.example")
            ]
        },
    )
    assert hosted == [
        {"domain": "a.example", "zone": {"route53": "Z1"}},
        {"domain": "b.example", "zone": {"route53": "Z1"}},
    ]
