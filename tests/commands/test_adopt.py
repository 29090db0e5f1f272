"""`mta-sts suggest` of a domain that has MTA-STS already, and `--adopt`."""

from typing import Any

import pytest
import yaml

from mta_sts import checks
from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.commands.typed import as_documented, run, same_as_golden
from tests.sandbox.cloud_site import Site

DOMAIN = "solarmora.com"
RECORD_ID = "20240501T120000"
RECORD = f"v=STSv1; id={RECORD_ID};"
ENFORCE = b"version: STSv1\r\nmode: enforce\r\nmx: MAIL.solarmora.com\r\nmax_age: 2419200\r\n"


class Live:
    """A domain with a policy made by hand."""

    def __init__(self, cloud: Cloud, domain: str = DOMAIN) -> None:
        self.cloud = cloud
        self.site = Site(cloud, domain)
        self.target = self.site.build()["DomainName"]
        self.put("TXT", f"_mta-sts.{domain}", RECORD)
        self.put("CNAME", f"mta-sts.{domain}", f"{self.target}.")
        self.put("MX", domain, "10 mail.solarmora.com.")
        self.site.put(ENFORCE)

    def put(self, kind: str, name: str, *values: str) -> None:
        self.cloud.put_records(self.site.zone, [(name, kind, 300, list(values))])

    def normal(self, text: str) -> str:
        return str(text.replace(self.target, "<its host>"))


@pytest.fixture
def live(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Live:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    return Live(cloud)


def configured(text: str) -> dict[str, Any]:
    """The domain in the YAML, which must be one that the project takes."""
    domains = yaml.safe_load(text)["config"]["mta-sts:domains"]
    checks.stack_domains(domains)
    keys: dict[str, Any] = domains[DOMAIN]
    return keys


def test_a_policy_that_is_live_is_told(live: Live) -> None:
    result = run("suggest", DOMAIN)
    assert configured(result.stdout)["mode"] == "testing"
    assert live.normal(result.stderr) == (
        "solarmora.com\n"
        "  senders find a policy: enforce, mx mail.solarmora.com, max_age 28d, under the id "
        "20240501T120000\n"
        "  mta-sts.solarmora.com is a CNAME to <its host>\n"
        "In the way:\n"
        "  ! a policy is live already: --adopt keeps it\n"
        "  ! delete the TXT record of _mta-sts.solarmora.com: 'v=STSv1; id=20240501T120000;'\n"
        "  ! delete the CNAME record of mta-sts.solarmora.com: <its host>\n"
    )
    assert result.exit_code == 1


def test_adopting_it(live: Live) -> None:
    result = run("suggest", "--adopt", DOMAIN)
    same_as_golden("adopt", live.normal(result.stderr) + result.stdout)
    assert configured(result.stdout) == {
        "mode": "enforce",
        "mx": ["mail.solarmora.com"],
        "maxAge": 2419200,
        "zone": "route53",
        "host": "cloudfront",
    }
    assert result.exit_code == 0


def test_adopting_one_on_a_server_of_its_own(live: Live) -> None:
    """No name has to leave a distribution first, so the records are brought in."""
    live.cloud.delete_records(live.site.zone, [(f"mta-sts.{DOMAIN}", "CNAME")])
    live.put("A", f"mta-sts.{DOMAIN}", "127.0.0.1")
    told = run("suggest", "--adopt", DOMAIN).stderr.partition("Step by step:\n")[2]
    assert told.splitlines() == [
        "  1. pulumi preview: it says `taken over: id … -> …`, and whatever else would change",
        "  2. pulumi up: it writes down what is live, and stops before the names that are taken",
        "  3. bring in, by the `pulumi import` that it names, or else delete, the TXT record of "
        f"_mta-sts.{DOMAIN}: '{RECORD}'",
        "  4. bring in, by the `pulumi import` that it names, or else delete, the address records "
        f"of mta-sts.{DOMAIN}: 127.0.0.1",
        "  5. pulumi up again: what was brought in changes in place, once the policy is seen on "
        "its new host; of what was deleted, senders that hold the policy keep it, and others "
        "deliver as if there was none",
    ]


def test_adopting_one_that_leaves_out_an_mx(live: Live) -> None:
    """P5 holds for it too, so it is accepted by name."""
    live.put("MX", DOMAIN, "10 mail.solarmora.com.", "20 mx2.solarmora.com.")
    result = run("suggest", "--adopt", DOMAIN)
    assert configured(result.stdout)["accept"] == {
        "mx-uncovered": "the policy that was live before, id 20240501T120000, has it so"
    }
    assert (
        "      # accept: mx-uncovered is found of the live policy already: mend that in a change "
        "of its own\n"
        '      accept: {mx-uncovered: "the policy that was live before, id 20240501T120000, has it '
        'so"}\n'
    ) in result.stdout


def test_adopting_one_with_a_max_age_below_a_day(live: Live) -> None:
    live.site.put(b"version: STSv1\nmode: testing\nmx: mail.solarmora.com\nmax_age: 3600\n")
    result = run("suggest", "--adopt", DOMAIN)
    assert configured(result.stdout)["maxAge"] == 86400
    assert "      # maxAge: raised from 3600\n      maxAge: 86400\n" in result.stdout
    assert (
        "  max_age 1h is raised to 1d: this project takes no less, since Google Workspace refuses "
        "it\n"
    ) in result.stderr


def test_adopting_one_of_mode_none(live: Live) -> None:
    live.site.put(b"version: STSv1\nmode: none\nmax_age: 86400\n")
    result = run("suggest", "--adopt", DOMAIN)
    assert configured(result.stdout) == {
        "mode": "none",
        "maxAge": 86400,
        "zone": "route53",
        "host": "cloudfront",
    }
    assert "senders find a policy: none, mx none, max_age 1d, under the id" in result.stderr


def test_the_adopted_policy_has_the_same_meaning_and_another_id(live: Live) -> None:
    found = as_documented("suggest", run("suggest", "--adopt", "--json", DOMAIN).stdout)
    keys = found["configuration"]
    adopted = Policy(mode=keys["mode"], mx=keys["mx"], max_age=keys["maxAge"])
    assert adopted == Policy.parse(ENFORCE)
    assert adopted.render() != ENFORCE


NOTHING = [
    ([], "no record", "TXT: found []; one TXT record starts with v=STSv1; (RFC 8461 3.1)"),
    (
        ["v=STSv1; id=one-two;"],
        "_mta-sts.solarmora.com is of no use to senders: field 2: found 'one-two'; id is 1 to 32 "
        "letters and digits (RFC 8461 3.1)",
        "field 2: found 'one-two'; id is 1 to 32 letters and digits (RFC 8461 3.1)",
    ),
]


@pytest.mark.parametrize(("texts", "told", "why"), NOTHING)
def test_there_is_nothing_to_adopt(live: Live, texts: list[str], told: str, why: str) -> None:
    live.cloud.delete_records(live.site.zone, [(f"_mta-sts.{DOMAIN}", "TXT")])
    if texts:
        live.put("TXT", f"_mta-sts.{DOMAIN}", *texts)
    result = run("suggest", "--adopt", DOMAIN)
    assert result.stdout == ""
    found = f"  {told}\n" if texts else ""
    assert live.normal(result.stderr) == (
        f"solarmora.com\n{found}  mta-sts.solarmora.com is a CNAME to <its host>\n"
        f"In the way:\n  ! there is no live policy to adopt: {why}\n"
    )
    assert result.exit_code == 1


def test_a_record_without_a_policy(live: Live) -> None:
    live.cloud.delete_records(live.site.zone, [(f"mta-sts.{DOMAIN}", "CNAME")])
    live.put("A", f"mta-sts.{DOMAIN}", "127.0.0.1")
    live.site.put(b"<html>")
    assert run("suggest", DOMAIN).stderr == (
        "solarmora.com\n"
        "  _mta-sts.solarmora.com names the id 20240501T120000, but no policy: line 1: found "
        "'<html>'; a line is a key, a colon and a value (RFC 8461 3.2)\n"
        "  mta-sts.solarmora.com has the addresses 127.0.0.1\n"
        "In the way:\n"
        "  ! delete the TXT record of _mta-sts.solarmora.com: 'v=STSv1; id=20240501T120000;'\n"
        "  ! delete the address records of mta-sts.solarmora.com: 127.0.0.1\n"
    )
