"""What there is at Cloudflare. As moto's state, it is the process's, and read under LOCK."""

import hashlib
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.certificates import Authority, Certificate
from sandbox.cloudflare import permissions
from sandbox.workers.script import Script

ACCOUNT = "0f3a6c1d9b2e4857a1c4e7f0b3d69258"
ACCOUNT_NAME = "Sandbox"
TOKEN = "sandbox-cloudflare-token"  # noqa: S105 -- of a cloud that lives as long as the sandbox
ACCESS_KEY_ID = "5d8e2f7a4b1c49d0b6e3a9f8c7d2e1b4"
SECRET_ACCESS_KEY = hashlib.sha256(TOKEN.encode()).hexdigest()
SERVERS = ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]


MULTIPART_RULE = {
    "id": "Default Multipart Abort Rule",
    "enabled": True,
    "conditions": {"prefix": ""},
    "abortMultipartUploadsTransition": {"condition": {"type": "Age", "maxAge": 604800}},
}
"""What every new bucket has."""


def new_id() -> str:
    return uuid.uuid4().hex


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True)
class Record:
    """One DNS record, with the fields the API was given.

    `managed` is what the API says of a record that belongs to a custom domain.
    """

    name: str
    type: str
    content: str
    ttl: int
    proxied: bool = False
    priority: int | None = None
    data: dict[str, Any] | None = None
    comment: str | None = None
    tags: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    managed: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)
    created: str = field(default_factory=now)
    modified: str = field(default_factory=now)


@dataclass
class Zone:
    """A zone. `version` is another object after each change of its records."""

    name: str
    account: str
    id: str = field(default_factory=new_id)
    created: str = field(default_factory=now)
    records: dict[str, Record] = field(default_factory=dict)
    version: object = field(default_factory=object)

    def put(self, record: Record) -> None:
        self.records[record.id] = record
        self.version = object()

    def remove(self, record_id: str) -> None:
        del self.records[record_id]
        self.version = object()

    def contains(self, name: str) -> bool:
        return name == self.name or name.endswith(f".{self.name}")


@dataclass
class CustomDomain:
    """A host name that serves a bucket or a Worker, and the record it made for itself."""

    hostname: str
    zone_id: str
    record_id: str
    id: str = field(default_factory=new_id)
    certificate_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    since: float = field(default_factory=time.monotonic)

    @property
    def pending(self) -> bool:
        return time.monotonic() < self.since + control.pending_seconds


@dataclass
class BucketDomain(CustomDomain):
    enabled: bool = True
    min_tls: str = "1.0"
    ciphers: list[str] = field(default_factory=list)


@dataclass
class WorkerDomain(CustomDomain):
    service: str = ""
    environment: str = "production"


@dataclass
class Bucket:
    name: str
    location: str
    storage_class: str
    jurisdiction: str
    created: str = field(default_factory=now)
    domains: dict[str, BucketDomain] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=lambda: [MULTIPART_RULE])


@dataclass(frozen=True)
class Version:
    """An upload of a Worker. `handle` is the runtime's name for it."""

    script: Script
    flags: list[str]
    handle: str
    modified: str = field(default_factory=now)
    since: float = field(default_factory=time.monotonic)


@dataclass
class Worker:
    """A Worker, its last upload last, with the one before while the edge may still run it."""

    name: str
    versions: list[Version]
    tag: str = field(default_factory=new_id)
    created: str = field(default_factory=now)
    turns: int = 0

    @property
    def newest(self) -> Version:
        return self.versions[-1]

    def turn(self, lag: float) -> Version:
        """The upload to answer the next request: new and old by turns, while the edge lags."""
        if len(self.versions) == 1 or time.monotonic() >= self.newest.since + lag:
            return self.newest
        self.turns += 1
        return self.versions[self.turns % 2]


@dataclass(frozen=True)
class Route:
    pattern: str
    script: str | None
    id: str = field(default_factory=new_id)


class Cloudflare:
    """The one account's belongings and the controls of the sandbox, `Cloud.cloudflare`.

    Attributes:
        token: the API token that is right.
        permissions: the permission groups of this token.
        used: those that a call has asked for.
        pending_seconds: how long a custom domain is pending after it was made.
        routes: of Workers, by zone and id.
        retired: uploads that the runtime need not run any longer.
    """

    account = ACCOUNT
    access_key_id = ACCESS_KEY_ID
    secret_access_key = SECRET_ACCESS_KEY

    def __init__(self) -> None:
        self.authority: Authority | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.token = TOKEN
        self.permissions = permissions.all_documented()
        self.used: set[str] = set()
        self.pending_seconds = 0.0
        self.zones: dict[str, Zone] = {}
        self.buckets: dict[str, Bucket] = {}
        self.workers: dict[str, Worker] = {}
        self.worker_domains: dict[str, WorkerDomain] = {}
        self.routes: dict[str, dict[str, Route]] = {}
        self.retired: list[str] = []
        self._certificates: dict[tuple[str, ...], Certificate] = {}

    def remove_worker_domain(self, domain: WorkerDomain) -> None:
        """The record it made for itself goes with it."""
        del self.worker_domains[domain.id]
        self.zones[domain.zone_id].remove(domain.record_id)

    def certificate(self, *names: str) -> Certificate:
        """The certificate for these names: issued once, then kept."""
        if self.authority is None:
            raise RuntimeError("there is no Cloud")
        if names not in self._certificates:
            self._certificates[names] = self.authority.issue(*names)
        return self._certificates[names]


control = Cloudflare()
