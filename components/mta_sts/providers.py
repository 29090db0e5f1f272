"""Mail providers whose customers all use the same patterns: all hosts below are the provider's.

Microsoft tells its customers to: "Enhancing mail flow with MTA-STS" (learn.microsoft.com) has
`*.mail.protection.outlook.com`, with one certificate for all; its newer hosts have one label more
before `mx.microsoft`. Google Workspace has three sets of MX hosts, by when a domain was set up.
Customers of Fastmail, Proton, Zoho, iCloud and others list their few hosts by name, as is done here
for every MX host that is not known.
"""

GOOGLE = "Google Workspace"
MICROSOFT = "Microsoft 365"
_EXACT = {"smtp.google.com": GOOGLE, "aspmx.l.google.com": GOOGLE}
_PARENTS = {
    "aspmx.l.google.com": GOOGLE,
    "googlemail.com": GOOGLE,
    "mail.protection.outlook.com": MICROSOFT,
}
_MX_MICROSOFT = ".mx.microsoft"


def pattern_of(host: str) -> tuple[str, str] | None:
    """The pattern that customers of a provider use for its MX host `host`, and the provider; None
    where none is known."""
    if host in _EXACT:
        return host, _EXACT[host]
    parent = host.partition(".")[2]
    provider = _PARENTS.get(parent)
    if parent.endswith(_MX_MICROSOFT) and "." not in parent.removesuffix(_MX_MICROSOFT):
        provider = MICROSOFT
    return (f"*.{parent}", provider) if provider else None


def is_usual(pattern: str) -> bool:
    """Whether it is a pattern that customers of a provider use."""
    known = pattern_of(pattern)  # the star is a label like any other
    return known is not None and known[0] == pattern
