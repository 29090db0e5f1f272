"""Host names in the one spelling that DNS, policies and certificates compare."""

import ipaddress
import re

import idna

from mta_sts.protocol.errors import HostNameError

__all__ = ["HostNameError", "host_name"]

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def host_name(text: str) -> str:
    """The host name `text`, as lower-case A-labels without a trailing dot.

    Unicode is folded as UTS #46 says and encoded as IDNA 2008 says (RFC 5891 4).

    Raises:
        HostNameError: `text` is no host name. An IP address, a URL, a wildcard, an underscore, an
            empty or over-long label, a single label: each has its own rule.
    """
    if not isinstance(text, str):
        raise HostNameError(text, "name")
    _refuse_other_things(text)
    try:
        folded = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError as error:
        raise HostNameError(text, "name", f"it is not IDNA ({error}; RFC 5891 4)") from None
    name = ".".join(_a_label(label, text) for label in folded.removesuffix(".").split("."))
    if len(name) > 253:
        raise HostNameError(text, "name", "a host name has at most 253 characters (RFC 1035 3.1)")
    labels = name.split(".")
    if labels[-1].isdigit():
        raise HostNameError(text, "name", "a host name is no IP address (RFC 1123 2.1)")
    if len(labels) == 1:
        raise HostNameError(text, "name", "a host name has at least two labels (RFC 5321 2.3.5)")
    return name


def _refuse_other_things(text: str) -> None:
    if "://" in text or "/" in text or "@" in text:
        raise HostNameError(text, "name", "a host name is no URL and no address (RFC 1123 2.1)")
    if "*" in text:
        rule = "'*' stands only for the whole first label of an mx (RFC 8461 4.1)"
        raise HostNameError(text, "name", rule)
    if _is_address(text):
        raise HostNameError(text, "name", "a host name is no IP address (RFC 1123 2.1)")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _a_label(label: str, text: str) -> str:
    if not label:
        raise HostNameError(text, "name", "no label is empty (RFC 1035 2.3.1)")
    if len(label) > 63:
        raise HostNameError(text, "name", "a label has at most 63 characters (RFC 1035 2.3.4)")
    if not label.isascii():
        try:
            label = idna.alabel(label).decode("ascii")
        except idna.IDNAError as error:
            raise HostNameError(text, "name", f"it is not IDNA ({error}; RFC 5891 4)") from None
    elif label.startswith("xn--"):
        _check_a_label(label, text)
    if not _LABEL.fullmatch(label):
        rule = "a label is letters, digits and inner hyphens (RFC 1123 2.1)"
        raise HostNameError(text, "name", rule)
    return label


def _check_a_label(label: str, text: str) -> None:
    try:
        idna.ulabel(label)
    except idna.IDNAError as error:
        rule = f"a label that starts with xn-- is an A-label ({error}; RFC 5890 2.3.2.1)"
        raise HostNameError(text, "name", rule) from None
