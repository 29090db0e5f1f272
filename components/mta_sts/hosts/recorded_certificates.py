"""Certificates, as the stack's state has them: whose names, and by which records validated."""

from collections.abc import Mapping
from typing import Any

from mta_sts.findings import Wanted

CERTIFICATE = "aws:acm/certificate:Certificate"
SHARED, ASKING = "-certificate", "-asking"
"""The ends of the names of their resources: of one that a host's domains share, and of one that is
there only to learn by which record a name is validated."""


def wanted_of(option: Mapping[str, str]) -> Wanted:
    """The record that the validation of one name asks for."""
    return Wanted(
        option["resourceRecordName"].rstrip("."),
        option["resourceRecordType"],
        option["resourceRecordValue"].rstrip("."),
    )


class RecordedCertificates:
    """Those of one stack."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}
        self._shared_by: dict[str, str] = {}
        self._asked_by: dict[str, str] = {}
        self._validations: dict[str, Wanted] = {}

    def add(self, called: str, outputs: Mapping[str, Any]) -> None:
        """Take in the certificate whose resource is called so."""
        self._names[called] = sorted(outputs["subjectAlternativeNames"])
        for name in self._names[called]:
            if called.endswith(SHARED):
                self._shared_by[name] = called.removesuffix(SHARED)
            elif called.endswith(ASKING):
                self._asked_by[name] = called
        for option in outputs["domainValidationOptions"]:
            self._validations[option["domainName"]] = wanted_of(option)

    def names_in(self, called: str) -> list[str] | None:
        """The names in the certificate whose resource is called so, sorted; None if there is
        none."""
        return self._names.get(called)

    def validation_of(self, host_name: str) -> Wanted | None:
        """The record by which this name is validated: the same for all certificates of an
        account."""
        return self._validations.get(host_name)

    def is_asked_for(self, host_name: str) -> bool:
        """Whether this name has a certificate of its own, to learn how it is validated."""
        return host_name in self._asked_by

    def group_of(self, host_name: str) -> str | None:
        """What the parts of the host are called by that has this name in its certificate."""
        return self._shared_by.get(host_name)

    def host_of(self, host_name: str) -> str | None:
        """The same; or of the host that asks for this name."""
        domain = host_name.removeprefix("mta-sts.")
        asked = self._asked_by.get(host_name, "").removesuffix(f"-{domain}{ASKING}")
        return self.group_of(host_name) or asked or None
