"""Mail providers that publish wildcards for the policies of their customers.

Of others the names of the MX hosts are the policy: their customers' policies list them one by one.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Provider:
    """A provider, and where it says which mx its customers put into their policies."""

    name: str
    source: str


GOOGLE = Provider("Google Workspace", "support.google.com/a/answer/9276511")
MICROSOFT = Provider(
    "Microsoft 365", "learn.microsoft.com/purview/enhancing-mail-flow-with-mta-sts"
)
_EXACT = {"smtp.google.com": GOOGLE, "aspmx.l.google.com": GOOGLE}
_PARENTS = {
    "aspmx.l.google.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "mail.protection.outlook.com": MICROSOFT,
}
_MX_MICROSOFT = ".mx.microsoft"
"""Below this comes one label for all customers of a kind, and below that one for each."""


def pattern_of(host: str) -> tuple[str, Provider] | None:
    """The pattern by which a provider publishes its MX host `host`; None where none is known to."""
    if host in _EXACT:
        return host, _EXACT[host]
    parent = host.partition(".")[2]
    provider = _PARENTS.get(parent)
    if parent.endswith(_MX_MICROSOFT) and "." not in parent.removesuffix(_MX_MICROSOFT):
        provider = MICROSOFT
    return (f"*.{parent}", provider) if provider else None


def is_published(pattern: str) -> bool:
    """Whether a provider publishes this pattern for its customers."""
    known = pattern_of(pattern)  # the star is a label like any other
    return known is not None and known[0] == pattern
