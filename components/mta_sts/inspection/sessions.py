"""What the MX hosts say when a sender connects to them (RFC 8461 4.2)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from mta_sts.inspection import kinds
from mta_sts.inspection.asked import ask, unanswered
from mta_sts.inspection.result import Mx, Seen
from mta_sts.protocol.exchange import place
from mta_sts.protocol.resolve import addresses
from mta_sts.protocol.sender_errors import DnsError
from mta_sts.protocol.smtp import starttls
from mta_sts.protocol.smtp_errors import SmtpConnectError, SmtpError
from mta_sts.protocol.vantage import Vantage

MOST_HOSTS = 10
MOST_ADDRESSES = 4
"""Of each host: more connections to one domain's servers would be rude."""


async def sessions(hosts: Sequence[Mx], vantage: Vantage, mode: str | None) -> list[Seen]:
    """Speak to the hosts at every address, all at the same time, until TLS stands.

    Args:
        mode: that of the domain's policy, where there is one.

    Raises:
        VantageError: the CA file cannot be read.
    """
    told = await asyncio.gather(*(_host(each.host, vantage, mode) for each in hosts[:MOST_HOSTS]))
    seen = [each for host in told for each in host]
    if len(hosts) > MOST_HOSTS:
        found = f"{len(hosts)} MX hosts, of which {MOST_HOSTS} are connected to"
        finding = kinds.MORE_MX.finding(found)
        seen.append(Seen("smtp", vantage.clock(), "DNS", found, (finding,)))
    return seen


async def _host(host: str, vantage: Vantage, mode: str | None) -> list[Seen]:
    """What one host says, address by address."""
    asked = await ask(addresses(host, vantage), vantage.clock)
    if isinstance(asked.answer, DnsError):
        return [unanswered("smtp", asked.at, asked.answer, mode)]
    if not asked.answer.addresses:
        finding = kinds.NO_MX_ADDRESS.finding(f"{host} has no address", mode)
        return [Seen("smtp", asked.at, asked.answer.source, f"{host}: no address", (finding,))]
    seen = await asyncio.gather(
        *(_address(host, each, vantage, mode) for each in asked.answer.addresses[:MOST_ADDRESSES])
    )
    silent = {kinds.KINDS[SmtpConnectError].code}
    if all({finding.code for finding in each.findings} == silent for each in seen):
        return seen
    return [_only_noted(each, silent) for each in seen]


def _only_noted(seen: Seen, codes: set[str]) -> Seen:
    """The same, where a sender goes on to an address that answers."""
    lesser = (
        replace(each, severity="note") if each.code in codes else each for each in seen.findings
    )
    return replace(seen, findings=tuple(lesser))


async def _address(host: str, address: str, vantage: Vantage, mode: str | None) -> Seen:
    source = f"{host} at {place((address, vantage.smtp_port))}"
    try:
        tls = await starttls(host, address, vantage)
    except SmtpError as error:
        return Seen("smtp", vantage.clock(), source, error.found, (kinds.of(error, mode),))
    certificate = tls.certificate
    found = (
        f"{host}: {tls.version}, certificate by {certificate.issuer}, "
        f"until {certificate.not_after:%Y-%m-%d}"
    )
    findings = kinds.expiring(certificate, kinds.MX_EXPIRING)
    return Seen("smtp", vantage.clock(), source, found, findings)
