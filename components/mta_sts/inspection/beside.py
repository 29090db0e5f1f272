"""What stands beside MTA-STS in DNS: where reports go, and who may issue certificates."""

from mta_sts.inspection import kinds
from mta_sts.inspection.asked import Asked, unanswered
from mta_sts.inspection.result import Seen
from mta_sts.protocol.errors import TlsRptError
from mta_sts.protocol.resolve import CaaAnswer, TxtAnswer
from mta_sts.protocol.sender_errors import DnsError
from mta_sts.protocol.tlsrpt import TlsRpt
from mta_sts.words import some


def reports(asked: Asked[TxtAnswer]) -> tuple[Seen, tuple[str, ...]]:
    """Where TLS reports go (RFC 8460 3): what to tell, and the addresses."""
    answer = asked.answer
    if isinstance(answer, DnsError):
        return unanswered("reports", asked.at, answer), ()
    try:
        rua = TlsRpt.select(answer.texts).rua
    except TlsRptError as error:
        found = (kinds.of(error),)
        return Seen("reports", asked.at, answer.source, "senders report to nobody", found), ()
    return Seen("reports", asked.at, answer.source, f"to {some(rua)}"), rua


def issuers(asked: Asked[CaaAnswer]) -> tuple[Seen, tuple[str, ...] | None]:
    """Who may issue a certificate for the policy's host (RFC 8659 4.2): what to tell, and the
    names, None where anybody may."""
    answer = asked.answer
    if isinstance(answer, DnsError):
        return unanswered("caa", asked.at, answer), None
    allowed = [each.value for each in answer.records if each.tag == "issue"]
    if not allowed:
        found = f"any authority may issue: no CAA record from {answer.asked} up"
        if answer.records:
            found = f"any authority may issue: no issue property at {answer.name}"
        return Seen("caa", asked.at, answer.source, found), None
    names = tuple(sorted({value.partition(";")[0].strip().lower() for value in allowed} - {""}))
    found = f"{some(names) or 'nobody'} may issue, as {answer.name} says"
    return Seen("caa", asked.at, answer.source, found), names
