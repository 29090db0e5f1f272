"""What Cloudflare's edge serves: which names, with which certificate, and from where."""

import re
from dataclasses import dataclass
from fnmatch import translate
from urllib.parse import unquote

from sandbox import delegation
from sandbox.certificates import Certificate
from sandbox.cloudflare import r2_buckets, state
from sandbox.cloudflare.state import BucketDomain, CustomDomain, WorkerDomain, control
from sandbox.viewer_request import Request, Response


@dataclass(frozen=True)
class Site:
    """A name that Cloudflare's edge knows, since its record is proxied in an active zone."""

    host: str
    zone: state.Zone

    def certificate(self) -> Certificate | None:
        """That of its custom domain, else the zone's, which covers one label below the zone."""
        domain = self._domain()
        if domain and not domain.pending:
            return control.certificate(self.host)
        pending = domain is not None and not self._routes()
        if pending or self.zone.name not in (self.host, self.host.partition(".")[2]):
            return None
        return control.certificate(self.zone.name, f"*.{self.zone.name}")

    @property
    def minimum_tls(self) -> str:
        domain = self._domain()
        return domain.min_tls if isinstance(domain, BucketDomain) else "1.0"

    def worker(self, path: str) -> state.Worker | None:
        """The Worker that answers: of the most specific route, else of the custom domain."""
        address = f"{self.host}{path}"
        matching = [route for route in self._routes() if _matches(route.pattern, address)]
        route = max(matching, key=lambda route: len(route.pattern), default=None)
        if route and route.script:
            return control.workers[route.script]
        domain = self._domain()
        if isinstance(domain, WorkerDomain) and not domain.pending:
            return control.workers[domain.service]
        return None

    def respond(self, request: Request, lag: float) -> Response:
        """The answer where no Worker gives one: a bucket's object as it was `lag` seconds ago, if
        there is a bucket."""
        domain = self._domain()
        if not isinstance(domain, BucketDomain) or domain.pending:
            return refusal(522, "Connection timed out: there is no origin.")
        if not domain.enabled:
            return refusal(401, "This bucket cannot be viewed at this name.")
        if request.method not in ("GET", "HEAD"):
            return refusal(405, "Method not allowed.")
        bucket = next(each for each in control.buckets.values() if self.host in each.domains)
        stored = r2_buckets.stored(bucket.name, unquote(request.uri).removeprefix("/"), lag)
        if stored is None:
            return refusal(404, "Object not found.")
        return Response(200, stored.headers, stored.body)

    def _domain(self) -> CustomDomain | None:
        for domain in control.worker_domains.values():
            if domain.hostname == self.host:
                return domain
        for bucket in control.buckets.values():
            if self.host in bucket.domains:
                return bucket.domains[self.host]
        return None

    def _routes(self) -> list[state.Route]:
        routes = control.routes.get(self.zone.id, {}).values()
        return [route for route in routes if _matches(f"{_host(route.pattern)}/*", f"{self.host}/")]


def site(host: str) -> Site | None:
    """The site of this name, in the closest active zone; whether DNS still leads to it or not."""
    zones = [
        zone
        for zone in control.zones.values()
        if zone.contains(host)
        and any(record.proxied and record.name == host for record in zone.records.values())
        and delegation.has_led_to(zone.id, zone.name)
    ]
    closest = max(
        zones,
        key=lambda zone: (len(zone.name), delegation.leads_to(zone.id, zone.name)),
        default=None,
    )
    return Site(host, closest) if closest else None


def _host(pattern: str) -> str:
    return pattern.partition("://")[2].partition("/")[0] or pattern.partition("/")[0]


def _matches(pattern: str, address: str) -> bool:
    """Whether a route's pattern, in which only * is special, matches a host and path."""
    pattern = re.sub(r"^https?://", "", pattern).replace("[", "[[]").replace("?", "[?]")
    return re.match(translate(pattern), address) is not None


def refusal(status: int, message: str) -> Response:
    body = f"<!DOCTYPE html><html><body><h1>Error {status}</h1>{message}</body></html>"
    return Response(status, {"content-type": "text/html; charset=utf-8"}, body.encode())
