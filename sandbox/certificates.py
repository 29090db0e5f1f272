"""The private certificate authority: what it issues, and wrong certificates on demand."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

EXPIRED_SINCE = timedelta(days=2)
LIFETIME = timedelta(days=395)


@dataclass(frozen=True)
class Certificate:
    """A server certificate and its key, both PEM."""

    names: tuple[str, ...]
    pem: bytes
    key: bytes


class Authority:
    """A certificate authority whose root lies in a file, for programs to trust."""

    def __init__(self, directory: Path) -> None:
        self._root = trustme.CA(organization_name="Sandbox certificate authority")
        self._stranger = trustme.CA(organization_name="An authority nobody trusts")
        self._lock = threading.Lock()
        self._wrong: dict[str, Certificate] = {}
        self.file = directory / "ca.pem"
        self._root.cert_pem.write_to_path(str(self.file))

    def issue(self, *names: str, expired: bool = False, trusted: bool = True) -> Certificate:
        """A new certificate for these names, the first of them its subject."""
        now = datetime.now(UTC)
        end = now - EXPIRED_SINCE if expired else now + LIFETIME
        leaf = (self._root if trusted else self._stranger).issue_cert(
            *names, not_before=now - LIFETIME, not_after=end
        )
        chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
        return Certificate(names, chain, leaf.private_key_pem.bytes())

    def present(
        self, host: str, *, names: tuple[str, ...] = (), expired: bool = False, trusted: bool = True
    ) -> None:
        """Make the edge show a wrong certificate for `host`: expired, untrusted, or for others."""
        wrong = self.issue(*(names or (host,)), expired=expired, trusted=trusted)
        with self._lock:
            self._wrong[host] = wrong

    def wrong(self, host: str) -> Certificate | None:
        """The wrong certificate asked for by `present`, if any."""
        with self._lock:
            return self._wrong.get(host)

    def present_right(self, host: str) -> None:
        """Present the right certificate for `host` again."""
        with self._lock:
            self._wrong.pop(host, None)

    def reset(self) -> None:
        """Present the right certificates again."""
        with self._lock:
            self._wrong.clear()


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether one of these names is `host`, or a wildcard one label above it (RFC 6125 6.4.3)."""
    _, _, parent = host.partition(".")
    return host in names or (bool(parent) and f"*.{parent}" in names)
