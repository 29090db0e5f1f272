"""The records that the owner of a zone makes, where a domain's zone is kept elsewhere.

Three CNAMEs, made once (RFC 8461 8.2): by one the certificate is validated, one leads to the host,
and one to where the policy is announced, in a zone of ours. All later changes are made there.
"""

from collections.abc import Sequence

from mta_sts.findings import Wanted
from mta_sts.limits import RECORD_TTL
from mta_sts.zones.recorded import quoted

CNAMES = 3
"""That the owner makes; a TLS reporting record is one more, and may be left out."""
NOTHING = "nothing"
"""What is found where no record is."""
LONGEST_NAME = 253
"""Characters of a name in DNS, without the final dot (RFC 1035 2.3.4)."""


class DelegatedNameError(ValueError):
    """No name in the zone can announce the domain. The user takes a zone with a shorter name, or
    one that is not the domain's own."""


def announced_at(domain: str, zone: str) -> str:
    """Where a domain is announced in the zone of ours that is called so.

    Raises:
        DelegatedNameError: that is no name.
    """
    if zone == domain:
        raise DelegatedNameError(
            f"external names the zone {zone}, which is the domain's own: write the zone without "
            "external"
        )
    name = f"_mta-sts.{domain}.{zone}"
    if len(name) > LONGEST_NAME:
        raise DelegatedNameError(
            f"{name} has {len(name)} characters, and a name in DNS {LONGEST_NAME} at most "
            "(RFC 1035 2.3.4): take a zone with a shorter name"
        )
    return name


def records(
    domain: str,
    announced: str,
    *,
    validation: Wanted | None,
    target: str | None,
    tlsrpt: str | None,
) -> tuple[Wanted, ...]:
    """The records that the owner of the domain's zone makes, as far as they are known.

    Args:
        announced: where the policy is announced, in a zone of ours.
        validation: by which the certificate is validated.
        target: the name of the host.
        tlsrpt: the TLS reporting record, where there is to be one.
    """
    made = [
        validation,
        Wanted(f"mta-sts.{domain}", "CNAME", target) if target else None,
        Wanted(f"_mta-sts.{domain}", "CNAME", announced),
        Wanted(f"_smtp._tls.{domain}", "TXT", tlsrpt) if tlsrpt else None,
    ]
    return tuple(each for each in made if each)


def lines(wanted: Sequence[Wanted]) -> list[str]:
    """The records as lines of a zone file (RFC 1035 5.1), one below the other."""
    rows = [(f"{each.name}.", f"{RECORD_TTL}", "IN", each.type, _data(each)) for each in wanted]
    return _aligned(rows)


def table(wanted: Sequence[Wanted]) -> list[str]:
    """The records as a table, with names as the forms of most providers take them."""
    return _aligned([("NAME", "TYPE", "VALUE"), *((w.name, w.type, w.value) for w in wanted)])


def text(domain: str, wanted: Sequence[Wanted]) -> str:
    """What is sent to the owner: a table, in comments, and a piece of a zone file; empty where
    there is nothing to make."""
    if not wanted:
        return ""
    head = [f"Records to be made once in the zone of {domain}:", "", *table(wanted), ""]
    comments = [f"; {line}".rstrip() for line in head]
    return "\n".join([*comments, *lines(wanted)]) + "\n"


def _data(wanted: Wanted) -> str:
    return quoted(wanted.value) if wanted.type == "TXT" else f"{wanted.value}."


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows, with every column but the last as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
