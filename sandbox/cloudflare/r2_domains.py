"""The calls for the custom domains of R2 buckets.

Cloudflare documents no codes for their refusals, so nobody should rest on those given here.
"""

from typing import Any

from sandbox import delegation
from sandbox.cloudflare import zones
from sandbox.cloudflare.dns_rules import PROXIABLE
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply
from sandbox.cloudflare.hosted import AUTOMATIC
from sandbox.cloudflare.r2_buckets import BUCKETS, bucket_of
from sandbox.cloudflare.state import BucketDomain, Record, control

TLS_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
MOST = 50
TARGET = "public.r2.dev"


def list_domains(call: Call) -> Reply | Plain:
    domains = bucket_of(call).domains.values()
    return Reply({"domains": [_described(domain) for domain in domains]})


def create(call: Call) -> Reply | Plain:
    bucket, fields = bucket_of(call), call.fields
    hostname = str(fields.get("domain")).lower()
    wrong_zone = Refused(400, 10041, "The provided zone ID is incorrect for this domain.")
    zone = zones.zone_of(fields.get("zoneId"), hostname, wrong_zone)
    if len(bucket.domains) >= MOST:
        raise Refused(400, 10066, f"A bucket can have {MOST} custom domains.")
    if any(hostname in other.domains for other in control.buckets.values()):
        raise Refused(409, 10064, f"The domain {hostname} is already connected to a bucket.")
    for record in zone.records.values():
        if record.name == hostname and record.type in PROXIABLE:
            raise Refused(409, 10065, f"There is a DNS record for {hostname} already. Delete it.")
    record = Record(
        name=hostname,
        type="CNAME",
        content=TARGET,
        ttl=AUTOMATIC,
        proxied=True,
        managed={"r2_bucket": bucket.name, "read_only": True},
    )
    domain = BucketDomain(hostname=hostname, zone_id=zone.id, record_id=record.id)
    _set(domain, {"enabled": True, **fields})
    zone.put(record)
    bucket.domains[hostname] = domain
    return Reply(_settings(domain))


def get(call: Call) -> Reply | Plain:
    return Reply(_described(_domain(call)))


def update(call: Call) -> Reply | Plain:
    domain = _domain(call)
    _set(domain, call.fields)
    return Reply(_settings(domain))


def delete(call: Call) -> Reply | Plain:
    domain = _domain(call)
    del bucket_of(call).domains[domain.hostname]
    control.zones[domain.zone_id].remove(domain.record_id)
    return Reply({"domain": domain.hostname})


def _domain(call: Call) -> BucketDomain:
    found = bucket_of(call).domains.get(call.parameters["domain"].lower())
    if found is None:
        raise Refused(404, 10063, "The specified custom domain does not exist.")
    return found


def _set(domain: BucketDomain, fields: dict[str, Any]) -> None:
    min_tls = fields.get("minTLS", domain.min_tls)
    if min_tls not in TLS_VERSIONS:
        raise Refused(400, 10040, f"minTLS must be one of {', '.join(TLS_VERSIONS)}.")
    domain.min_tls = min_tls
    domain.enabled = bool(fields.get("enabled", domain.enabled))
    domain.ciphers = list(fields.get("ciphers", domain.ciphers))


def _settings(domain: BucketDomain) -> dict[str, Any]:
    return {
        "domain": domain.hostname,
        "zoneId": domain.zone_id,
        "enabled": domain.enabled,
        "minTLS": domain.min_tls,
        "ciphers": domain.ciphers,
    }


def _described(domain: BucketDomain) -> dict[str, Any]:
    zone = control.zones[domain.zone_id]
    pending = domain.pending or not delegation.has_led_to(zone.id, zone.name)
    status = "pending" if pending else "active"
    return {
        **_settings(domain),
        "zoneName": zone.name,
        "status": {"ownership": status, "ssl": status},
    }


DOMAINS = f"{BUCKETS}/<bucket>/domains/custom"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", DOMAINS, "r2.domains.list", list_domains),
    ("POST", DOMAINS, "r2.domains.create", create),
    ("GET", f"{DOMAINS}/<domain>", "r2.domains.get", get),
    ("PUT", f"{DOMAINS}/<domain>", "r2.domains.update", update),
    ("DELETE", f"{DOMAINS}/<domain>", "r2.domains.delete", delete),
]
