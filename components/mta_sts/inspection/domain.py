"""One domain, looked at as a sender does, and at all that MTA-STS rests on."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import cast

from mta_sts.inspection import beside, kinds, mail
from mta_sts.inspection.asked import ask
from mta_sts.inspection.result import Finding, Inspection, Seen, ServedPolicy, State
from mta_sts.inspection.sessions import sessions
from mta_sts.protocol.errors import HostNameError, NoRecordError
from mta_sts.protocol.names import host_name
from mta_sts.protocol.policy import policy_id
from mta_sts.protocol.sender import DnsError, Observation, Sight, Vantage, caa, look, mx, txt
from mta_sts.protocol.sender_errors import NoAddressError


async def inspect(domain: str, vantage: Vantage, *, smtp: bool = False) -> Inspection:
    """Look at `domain`. What the other side does never raises: it is in the inspection.

    Args:
        smtp: connect to the MX hosts, too.

    Raises:
        HostNameError: `domain` is no domain.
        VantageError: the CA file cannot be read.
    """
    name = host_name(domain)
    loop = asyncio.get_running_loop()
    began = loop.time()
    # A certificate authority looks for itself; most of the climb, a resolver knows already.
    resolver = replace(vantage, authoritative=False)
    sight, live, reported, issuing = await asyncio.gather(
        look(name, vantage),
        ask(mx(name, vantage), vantage.clock),
        ask(txt(f"_smtp._tls.{name}", vantage), vantage.clock),
        ask(caa(f"mta-sts.{name}", resolver), vantage.clock),
    )
    policy = sight.policy
    mail_seen, exchanges, unused = mail.hosts(live, policy)
    if smtp:
        mail_seen += await sessions(exchanges, vantage, policy.mode if policy else None)
    reports_seen, rua = beside.reports(reported)
    caa_seen, issuers = beside.issuers(issuing)
    return Inspection(
        domain=name,
        state=_state(sight),
        seen=(*_seen(sight), *mail_seen, reports_seen, caa_seen),
        record_id=sight.record.id if sight.record else None,
        policy=_served(sight),
        id_matches=sight.id_matches,
        certificate=sight.certificate,
        mx=exchanges,
        unused=unused,
        rua=rua,
        issuers=issuers,
        seconds=round(loop.time() - began, 3),
    )


def no_domain(text: str, error: HostNameError, at: datetime) -> Inspection:
    """What there is to say of `text`, which is none."""
    finding = kinds.NO_NAME.finding(error)
    return Inspection(text, "no-domain", (Seen("name", at, "", "no domain", (finding,)),))


def _served(sight: Sight) -> ServedPolicy | None:
    if sight.policy is None or sight.body is None:
        return None
    policy = sight.policy
    return ServedPolicy(policy.mode, policy.mx, policy.max_age, policy_id(sight.body))


def _state(sight: Sight) -> State:
    if isinstance(sight.error, DnsError) and kinds.of(sight.error).severity == "unknown":
        return "unknown"
    if sight.error is None and sight.policy is not None:
        return cast("State", sight.policy.mode)
    return "absent" if _absent(sight) else "broken"


def _absent(sight: Sight) -> bool:
    return isinstance(sight.error, NoRecordError) and sight.body is None


def _seen(sight: Sight) -> list[Seen]:
    return [
        Seen(each.what, each.at, each.source, each.found, tuple(_findings(each, sight)))
        for each in sight.observations
    ]


def _findings(seen: Observation, sight: Sight) -> Iterator[Finding]:
    if seen.error is None:
        if seen.what == "certificate" and sight.certificate is not None:
            yield from kinds.expiring(sight.certificate, kinds.EXPIRING)
    elif not (isinstance(seen.error, NoAddressError) and _absent(sight)):
        yield kinds.of(seen.error)  # without a record, that there is no host goes without saying
