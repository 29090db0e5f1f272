"""`mta-sts review OLD NEW`: what a change does to mail, for any review system."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click
import yaml

from mta_sts import checks, domains_file
from mta_sts.commands import FINDINGS, FINE
from mta_sts.findings import Finding, Terms
from mta_sts.life import counts_from
from mta_sts.memory import Entry, Memory, Recorded
from mta_sts.observe import observe
from mta_sts.problems import ArgumentError
from mta_sts.protocol import Policy, PolicyError
from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.names import host_name
from mta_sts.protocol.tlsrpt import all_lie_on
from mta_sts.protocol.vantage import Vantage
from mta_sts.reports.folder import Folder, Folders
from mta_sts.review import review as find
from mta_sts.review import summary

SINCE_UNKNOWN = Finding(
    "not-checked",
    "warning",
    "since when the old policy is announced, and so how long testing has been. Say --since",
)


@dataclass(frozen=True)
class Side:
    """One domain in one of the two files."""

    policy: Policy
    terms: Terms = field(default_factory=Terms)
    reports: Folder | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reviewed:
    """What there is to say of one domain."""

    domain: str
    summary: str
    findings: Sequence[Finding]


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--domain", help="The mail domain, where OLD and NEW are policy files.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="When OLD was announced.")
@click.option("--offline", is_flag=True, help="Do not ask live DNS.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="For people, for a comment, or for a program; text where left out.",
)
def review(
    old: Path, new: Path, domain: str | None, since: datetime | None, offline: bool, form: str
) -> None:
    """Say what the change from OLD to NEW does to mail.

    Both are stack configurations (Pulumi.<stack>.yaml), files of domains (mta-sts:domainsFile) or
    policy files (mta-sts.txt); /dev/null stands for none. What `pulumi preview` knows from the
    stack's state is not known here: since when OLD is announced, say with --since. Exit status: 0
    nothing found, 1 findings, 2 a file could not be read.
    """
    try:
        folders = Folders()
        before, after = read(old, domain, folders), read(new, domain, folders)
        vantage = None if offline else Vantage.from_environment(authoritative=True)
    except (OSError, yaml.YAMLError, ValueError, ArgumentError) as error:
        raise click.UsageError(str(error)) from None
    began = since.replace(tzinfo=UTC) if since else None
    said = asyncio.run(reviewed(before, after, began, datetime.now(UTC), vantage))
    click.echo(FORMATS[form](said), nl=False)
    sys.exit(FINDINGS if any(each.findings for each in said) else FINE)


def read(file: Path, domain: str | None, folders: Folders) -> dict[str, Side]:
    """The domains of a stack configuration, of a file of domains, or the one of a policy file; none
    of an empty file.

    Raises:
        ValueError: it is none of these, or a policy file and no domain was said.
        ArgumentError: the configuration is wrong.
        OSError, yaml.YAMLError: it cannot be read.
    """
    data = file.read_bytes()
    if not data.strip():
        return {}
    if data.startswith(b"version:"):
        if domain is None:
            raise ValueError(f"{file} is a policy file: say --domain")
        try:
            return {host_name(domain): Side(Policy.parse(data))}
        except (PolicyError, HostNameError) as error:
            raise ValueError(f"{file}: {error}") from None
    configuration = domains_file.load(file)
    given = configuration.get("config") if isinstance(configuration, dict) else None
    domains = given.get(domains_file.DOMAINS) if isinstance(given, dict) else None
    where = domains_file.DOMAINS
    if isinstance(given, dict) and (others := given.get(domains_file.FILE)):
        raise ValueError(f"{file}: its domains are in {others}: review two versions of that")
    if _is_domains(configuration):
        domains, where = configuration, str(file)
    if domains is None:
        raise ValueError(f"{file}: neither a policy file nor a stack with mta-sts:domains")
    return {each.domain: _side(each, folders) for each in checks.stack_domains(domains, where)}


def _is_domains(configuration: object) -> bool:
    """Whether this is what `mta-sts:domainsFile` names: a mapping from domain to keys."""
    if not isinstance(configuration, dict) or not configuration:
        return False
    return all("." in str(key) and isinstance(of, dict) for key, of in configuration.items())


def _side(given: checks.StackDomain, folders: Folders) -> Side:
    policy = checks.policy_of(given.domain, given.mode, given.mx, given.max_age)
    rua = given.reports or []
    terms = Terms(
        testing_period=int(given.testing_period),
        accept=given.accept,
        reports=bool(rua),
        reports_at_home=bool(rua) and all_lie_on(given.domain, rua),
    )
    reports = folders.read(given.reports_from) if given.reports_from else None
    return Side(policy, terms, reports)


async def reviewed(
    before: dict[str, Side],
    after: dict[str, Side],
    since: datetime | None,
    now: datetime,
    vantage: Vantage | None,
) -> list[Reviewed]:
    """What there is to say of every domain that changes, in order of name."""

    async def one(domain: str) -> Reviewed:
        old, new = before.get(domain), after.get(domain)
        observed = await observe(domain, vantage) if vantage else None
        terms = new.terms if new else old.terms if old else Terms()
        policy = new.policy if new else None
        recorded = _recorded(old, since or now)
        counting = counts_from(recorded if since else Recorded(), now, terms.testing_period)
        reports = new.reports.of(domain, counting) if new and new.reports else None
        found = find(recorded, policy, observed, now, reports=reports, terms=terms)
        if since is None and old and policy and policy.mode == "enforce" != old.policy.mode:
            found = [each for each in found if each.code != "testing-too-short"]
            found.append(SINCE_UNKNOWN)
        return Reviewed(domain, summary(old.policy if old else None, policy), found)

    changed = [
        domain
        for domain in sorted(before.keys() | after.keys())
        if before.get(domain) != after.get(domain)
    ]
    return list(await asyncio.gather(*map(one, changed)))


def _recorded(old: Side | None, since: datetime) -> Recorded:
    if old is None:
        return Recorded()
    memory = Memory().after(old.policy, since)
    return Recorded(Entry(memory, Memory()), old.policy.id)


def text(said: Sequence[Reviewed]) -> str:
    """For people at a terminal."""
    lines = []
    for each in said:
        lines.append(f"{each.domain}: {each.summary}")
        lines += [f"  {found.severity}: {found}" for found in each.findings]
    return "".join(f"{line}\n" for line in lines or ["No domain changes."])


def markdown(said: Sequence[Reviewed]) -> str:
    """For a comment on a pull request."""
    lines = []
    for each in said:
        lines += [f"### {each.domain}", "", f"`{each.summary}`", ""]
        lines += [
            f"- **{found.severity}** `{found.code}`: {found.message}" for found in each.findings
        ]
        lines += [""] if each.findings else []
    return "".join(f"{line}\n" for line in lines or ["No domain changes."])


def as_json(said: Sequence[Reviewed]) -> str:
    """For programs: `{"domains": [{"domain", "summary", "findings": [{"code", "severity",
    "message"}]}]}`."""
    return json.dumps({"domains": [asdict(each) for each in said]}, indent=2) + "\n"


FORMATS: dict[str, Callable[[Sequence[Reviewed]], str]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}
