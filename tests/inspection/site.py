"""Domains with everything that a sender looks at, served on loopback while a test runs commands."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mta_sts.protocol import Policy
from sandbox.background import Background
from tests.protocol.servers import Answer, DnsServer, HttpsServer, Trust, reply, sends
from tests.protocol.smtp_server import SmtpServer

DOMAIN = "solarmora.com"
HOST = f"mta-sts.{DOMAIN}"
MX = f"mail.{DOMAIN}"
POLICY = Policy(mode="enforce", mx=[MX], max_age=604800)
NOW = "2026-01-31T12:00:00Z"


def soa(name: str) -> str:
    """The record that every zone begins with."""
    return f"{name}. 60 IN SOA ns.{name}. hostmaster.{name}. 1 60 60 60 30"


def records(name: str = DOMAIN, policy: Policy = POLICY, *more: str) -> list[str]:
    """All that a domain in good order has in DNS; `more` is beside that."""
    return [
        soa(name),
        f'_mta-sts.{name}. 60 IN TXT "v=STSv1; id={policy.id};"',
        f"mta-sts.{name}. 60 IN A 127.0.0.1",
        f"{name}. 60 IN MX 10 {MX}.",
        f'_smtp._tls.{name}. 60 IN TXT "v=TLSRPTv1; rua=mailto:tls@example.org"',
        f'{name}. 60 IN CAA 0 issue "amazon.com"',
        *more,
    ]


def without(name: str, kind: str, given: Sequence[str] | None = None) -> list[str]:
    """The records of `DOMAIN` but for these."""
    kept = given if given is not None else [*records(), f"{MX}. 60 IN A 127.0.0.1"]
    return [each for each in kept if not each.startswith(f"{name}. 60 IN {kind} ")]


@dataclass(frozen=True)
class Site:
    """Where the servers listen."""

    dns: int
    https: int
    smtp: int
    trust: Trust

    @property
    def environment(self) -> dict[str, str]:
        """For the command to look at it, at a time that stands still."""
        return {
            "MTA_STS_DNS": f"127.0.0.1:{self.dns}",
            "MTA_STS_HTTPS_PORT": str(self.https),
            "MTA_STS_CA_FILE": str(self.trust.file),
            "MTA_STS_NOW": NOW,
            "COLUMNS": "200",
        }

    def normal(self, text: str) -> str:
        """The text without what differs from run to run, and without space at the ends of lines."""
        for port, called in ((self.dns, "<dns>"), (self.https, "<https>"), (self.smtp, "<smtp>")):
            text = text.replace(f":{port}", f":{called}")
        text = re.sub(r"in \d\.\d\d s", "in 0.01 s", text)
        return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@contextlib.contextmanager
def serving(
    trust: Trust,
    zones: Mapping[str, Sequence[str]],
    *,
    https: HttpsServer | None = None,
    smtp: SmtpServer | None = None,
    instead: Mapping[str, Answer] | None = None,
) -> Iterator[Site]:
    """Serve the zones, and do what `https` and `smtp` do; left out, they do what they should."""
    https = https or HttpsServer(sends(reply(POLICY.render())), trust.context(HOST))
    smtp = smtp or SmtpServer(trust.context(MX))
    background = Background("site")
    stack = contextlib.AsyncExitStack()

    async def start() -> Site:
        dns = await stack.enter_async_context(DnsServer(zones, instead, follows=True).serving())
        https_port = await stack.enter_async_context(https.serving())
        smtp_port = await stack.enter_async_context(smtp.serving())
        return Site(dns, https_port, smtp_port, trust)

    try:
        yield background.run(start())
    finally:
        background.run(stack.aclose())
        background.stop()
