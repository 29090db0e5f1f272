"""The local cloud: the APIs of AWS and Cloudflare, DNS and both HTTPS edges, on this machine."""

import tempfile
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from moto.core.base_backend import BackendDict

from sandbox import delegation
from sandbox.api import AwsFront
from sandbox.aws import acm, backends, corrections, distribution, iam
from sandbox.aws.backends import LOCK
from sandbox.background import Background
from sandbox.certificates import Authority
from sandbox.cloudflare import by_hand, state
from sandbox.cloudflare.api import BASE, CloudflareFront
from sandbox.cloudflare.r2_objects import R2Front
from sandbox.cloudflare.runtime import runtime
from sandbox.edge import Edge
from sandbox.faults import Faults
from sandbox.front import Server, Write
from sandbox.nameserver import Nameserver

REGION = "us-east-1"
ADMINISTRATOR, SECRET_KEY = "AKIASANDBOXADMIN0000", "sandbox"
DELEGATION_TTL = 172800

_clients_lock = threading.Lock()

Records = Iterable[tuple[str, str, int, list[str]]]


class Cloud:
    """A cloud that begins empty and ends with the `with` block.

    `environment` is all that programs get to know of it. moto keeps its state in the process, so
    there is one at a time.
    """

    _running: ClassVar["Cloud | None"] = None

    def __init__(
        self,
        *,
        directory: Path | None = None,
        edge_lag: float = 0.0,
        api_port: int = 0,
        dns_port: int = 0,
        https_port: int = 0,
    ) -> None:
        self._ports = api_port, dns_port, https_port
        self._temporary = None if directory else tempfile.TemporaryDirectory(prefix="sandbox-")
        self.directory = directory or Path(self._temporary.name if self._temporary else "")
        self.directory.mkdir(parents=True, exist_ok=True)
        self.certificates = Authority(self.directory)
        self.edge = Edge(self.certificates, edge_lag)
        self.dns = Nameserver()
        self.faults = Faults()
        self.acm = acm.control
        self.cloudfront = distribution.control
        self.keys = iam.keys
        self.cloudflare = state.control
        self.log: list[Write] = []
        """The calls that change something, in the order they were answered."""
        self.environment: dict[str, str] = {}
        self._clients: dict[str, Any] = {}

    def __enter__(self) -> Self:
        if Cloud._running is not None:
            raise RuntimeError("a Cloud is running in this process already: moto has one state")
        with ExitStack() as stack:
            self._start(stack)
            self._end = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        api_port, dns_port, https_port = self._ports
        Cloud._running = self
        stack.callback(setattr, Cloud, "_running", None)
        if self._temporary:
            stack.callback(self._temporary.cleanup)
        self.acm.authority = self.cloudflare.authority = self.certificates
        self._reset_controls()
        corrections.install()
        self._aws = Server(AwsFront(self.faults, self.log), api_port)
        stack.callback(self._aws.stop)
        stack.callback(runtime.stop)
        cloudflare = Server(CloudflareFront(self.faults, self.log))
        stack.callback(cloudflare.stop)
        r2 = Server(R2Front(self.faults, self.log))
        stack.callback(r2.stop)
        background = Background("sandbox-dns-edge")
        stack.callback(background.stop)
        background.run(self.dns.start(dns_port))
        stack.callback(lambda: background.run(self.dns.stop()))
        background.run(self.edge.start(https_port))
        stack.callback(lambda: background.run(self.edge.stop()))
        stack.callback(self._close_clients)
        stack.callback(self.faults.clear)
        self.environment = {
            "AWS_ENDPOINT_URL": self._aws.url,
            "AWS_ACCESS_KEY_ID": iam.KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "CLOUDFLARE_BASE_URL": cloudflare.url + BASE,
            "CLOUDFLARE_API_TOKEN": state.TOKEN,
            "SANDBOX_R2_URL": r2.url,
            "MTA_STS_DNS": f"127.0.0.1:{self.dns.port}",
            "MTA_STS_CA_FILE": str(self.certificates.file),
            "MTA_STS_HTTPS_PORT": str(self.edge.port),
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end.close()

    def _close_clients(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def client(self, service: str) -> Any:
        """A boto3 client that may do anything, and does not try twice."""
        with _clients_lock:
            if service not in self._clients:
                self._clients[service] = _session().client(
                    service,
                    endpoint_url=self._aws.url,
                    config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
                )
            return self._clients[service]

    def create_zone(self, name: str) -> str:
        """A public hosted zone; its id. By hand: not in the log."""
        with LOCK:
            zone = backends.route53().create_hosted_zone(f"{name.rstrip('.')}.", False)
        return str(zone.resource_id)

    def create_cloudflare_zone(self, name: str, account: str = state.ACCOUNT) -> str:
        """A zone at Cloudflare; its id. By hand: not in the log."""
        zone = state.Zone(name.rstrip(".").lower(), account)
        with LOCK:
            self.cloudflare.zones[zone.id] = zone
            delegation.keep_first(zone.name)
        return zone.id

    def give_up_certificates(self) -> None:
        """Let 72 hours pass for every certificate that is not validated."""
        with LOCK:
            backends.acm().give_up()

    def delegate(self, name: str, zone_id: str, ttl: int = DELEGATION_TTL) -> None:
        """Let the parent delegate a domain to this zone of its name: else it is the first made.

        What is looked up follows at once; `ttl` is what the NS records say.
        """
        with LOCK:
            delegation.choose(name.rstrip(".").lower(), zone_id, ttl)

    def put_records(self, zone_id: str, records: Records) -> None:
        """Set records (name, type, ttl, values) by hand: not in the log. TXT values are quoted."""
        with LOCK:
            if zone := self.cloudflare.zones.get(zone_id):
                by_hand.put(zone, records)
            else:
                self._change(zone_id, "UPSERT", records)

    def delete_records(self, zone_id: str, records: Iterable[tuple[str, str]]) -> None:
        """Delete records (name, type) by hand: not in the log."""
        with LOCK:
            if at_cloudflare := self.cloudflare.zones.get(zone_id):
                by_hand.delete(at_cloudflare, records)
                return
            zone = backends.route53().get_hosted_zone(zone_id)
            present = {(found.name.rstrip("."), found.type): found for found in zone.rrsets}
            found = [present[name.lower().rstrip("."), type_] for name, type_ in records]
            self._change(
                zone_id,
                "DELETE",
                [(each.name, str(each.type), int(each.ttl or 0), each.records) for each in found],
            )

    def _change(self, zone_id: str, action: str, records: Records) -> None:
        changes = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": type_,
                    "TTL": ttl,
                    "ResourceRecords": [{"Value": _quoted(type_, value)} for value in values],
                },
            }
            for name, type_, ttl, values in records
        ]
        backends.route53().change_resource_record_sets(zone_id, changes)

    def reset(self) -> None:
        """Forget everything."""
        self.faults.clear()
        runtime.stop()
        with LOCK:
            BackendDict.reset()
            self._reset_controls()
            self.certificates.reset()
            self.dns.reset()
            self.edge.reset()
            self.log.clear()

    def _reset_controls(self) -> None:
        """They are the process's, as moto's state is."""
        self.acm.pending, self.acm.most_names = False, acm.MOST_NAMES
        self.cloudfront.deploy_seconds = 0.0
        self.keys.reset()
        self.cloudfront.most_distributions = distribution.MOST_DISTRIBUTIONS
        self.cloudfront.most_tenants = distribution.MOST_TENANTS
        self.cloudflare.reset()
        delegation.chosen.clear()
        delegation.left.clear()


@lru_cache
def _session() -> Any:
    """Shared, as a session reads large models for its first clients."""
    return boto3.Session(
        aws_access_key_id=ADMINISTRATOR, aws_secret_access_key=SECRET_KEY, region_name=REGION
    )


def _quoted(type_: str, value: str) -> str:
    """A TXT value as Route 53 wants it, split into strings of 255."""
    if type_ != "TXT" or value.startswith('"'):
        return value
    strings = [value[start : start + 255] for start in range(0, len(value), 255)] or [""]
    escaped = [string.replace("\\", r"\\").replace('"', r"\"") for string in strings]
    return " ".join(f'"{string}"' for string in escaped)
