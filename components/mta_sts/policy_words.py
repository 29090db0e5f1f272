"""What `mta-sts policy` says, for people at a terminal."""

from collections.abc import Iterator

from rich.console import Console

from mta_sts.policy_file import Coverage, Host, PolicyFile
from mta_sts.words import age

Line = tuple[str, str]
"""Words, and the style they are printed in."""


def show(found: PolicyFile, console: Console) -> None:
    """Print what was found of a policy file."""
    for line, style in (*_file(found), *_normalised(found), *_coverage(found)):
        # Each line whole, however narrow the terminal: what is quoted may be searched for.
        console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def _file(found: PolicyFile) -> Iterator[Line]:
    yield f"{found.file}: {found.size} bytes, id {found.id}", "bold"
    if found.problems:
        yield "Senders take no policy from it:", ""
    for problem in found.problems:
        yield f"  ✗ {problem.where}: found {problem.found}; {problem.rule}", "red"
    if found.policy:
        terms = found.policy
        yield f"mode {terms.mode}, max_age {terms.max_age} ({age(terms.max_age)})", ""
    for pattern in found.policy.mx if found.policy and not found.coverage else ():
        yield f"mx {pattern}", ""
    for warning in found.warnings:
        yield f"  ! {warning.where}: {warning.says}", "yellow"


def _normalised(found: PolicyFile) -> Iterator[Line]:
    if found.normalised is None:
        return
    yield f"This project would serve the same policy with the id {found.normalised.id}:", ""
    for difference in found.normalised.differences:
        yield f"  {difference}", ""


def _coverage(found: PolicyFile) -> Iterator[Line]:
    if found.coverage is None:
        return
    yield _where(found.coverage), ""
    for host in found.coverage.hosts:
        style = "green" if host.patterns else "red"
        yield f"  {_host(host, refused=not found.policy_is_none)}", style
    for pattern in found.coverage.unused:
        yield f"  ! {pattern} matches no MX in DNS", "yellow"


def _where(coverage: Coverage) -> str:
    if not coverage.exists:
        return f"There is no domain {coverage.domain} in DNS."
    if coverage.null:
        return f"{coverage.domain} takes no mail: it has a null MX (RFC 7505)."
    if coverage.implicit:
        return f"{coverage.domain} has no MX record, and so is its own MX (RFC 5321 5.1):"
    return f"MX hosts of {coverage.domain} in DNS:"


def _host(host: Host, *, refused: bool) -> str:
    if host.patterns:
        return f"✓ {host.host} is matched by {', '.join(host.patterns)}"
    near = f" ({host.nearest})" if host.nearest else ""
    then = ": senders refuse it under enforce" if refused else ""
    return f"✗ {host.host} is matched by no mx{near}{then}"
