"""The calls that bring requests to Workers: custom domains, and routes.

The codes 10083, 100116 and 100117 are Cloudflare's; the others of these refusals are not
documented, so nobody should rest on them.
"""

import re
from typing import Any

from sandbox.cloudflare import scripts, zones
from sandbox.cloudflare.dns_rules import PROXIABLE
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply
from sandbox.cloudflare.hosted import AUTOMATIC
from sandbox.cloudflare.state import Record, Route, WorkerDomain, control, new_id

TARGET = "100::"
PATTERN = re.compile(r"(?:https?://)?\*?(?P<host>[^/*]+)(?:/.*)?")


def list_domains(call: Call) -> Reply | Plain:
    wanted = [name for name in ("hostname", "service", "zone_id") if name in call.query]
    described = [_described(domain) for domain in control.worker_domains.values()]
    return Reply(
        [each for each in described if all(each[name] == call.query[name] for name in wanted)]
    )


def update_domain(call: Call) -> Reply | Plain:
    fields = call.fields
    hostname = str(fields.get("hostname")).lower()
    worker = scripts.worker_of(fields.get("service"))
    no_zone = Refused(404, 10083, f'workers.api.error.zone_not_found for "{hostname}"')
    zone = zones.zone_of(_zone_id(fields, hostname), hostname, no_zone)
    for domain in control.worker_domains.values():
        if domain.hostname == hostname:
            if domain.service != worker.name:
                raise Refused(
                    409,
                    100116,
                    f"Hostname '{hostname}' is already in use by the Worker '{domain.service}'.",
                )
            return Reply(_described(domain))
    for record in zone.records.values():
        if record.name == hostname and record.type in PROXIABLE:
            raise Refused(
                409,
                100117,
                f"Hostname '{hostname}' already has externally managed DNS records (A, CNAME, "
                "etc). Delete them first or try a different hostname.",
            )
    id_ = new_id()
    record = Record(
        name=hostname,
        type="AAAA",
        content=TARGET,
        ttl=AUTOMATIC,
        proxied=True,
        managed={"origin_worker_id": id_, "read_only": True},
    )
    made = WorkerDomain(
        id=id_,
        hostname=hostname,
        zone_id=zone.id,
        record_id=record.id,
        service=worker.name,
        environment=fields.get("environment", "production"),
    )
    zone.put(record)
    control.worker_domains[made.id] = made
    return Reply(_described(made))


def _zone_id(fields: dict[str, Any], hostname: str) -> object:
    """The zone as it is said, by id or name, or the closest that contains the host name."""
    if fields.get("zone_id"):
        return fields["zone_id"]
    name = fields.get("zone_name")
    found = [
        zone
        for zone in control.zones.values()
        if zone.account == control.account and zone.contains(hostname) and name in (None, zone.name)
    ]
    return max(found, key=lambda zone: len(zone.name)).id if found else None


def get_domain(call: Call) -> Reply | Plain:
    return Reply(_described(_domain(call)))


def delete_domain(call: Call) -> Reply | Plain:
    control.remove_worker_domain(_domain(call))
    return Reply()


def _domain(call: Call) -> WorkerDomain:
    found = control.worker_domains.get(call.parameters["domain"])
    if found is None:
        raise Refused(404, 100114, "The custom domain does not exist.")
    return found


def _described(domain: WorkerDomain) -> dict[str, Any]:
    return {
        "id": domain.id,
        "hostname": domain.hostname,
        "service": domain.service,
        "environment": domain.environment,
        "zone_id": domain.zone_id,
        "zone_name": control.zones[domain.zone_id].name,
        "cert_id": domain.certificate_id,
    }


def list_routes(call: Call) -> Reply | Plain:
    return Reply([vars(route) for route in _routes(call).values()])


def create_route(call: Call) -> Reply | Plain:
    return _put_route(call, new_id())


def get_route(call: Call) -> Reply | Plain:
    return Reply(vars(_route(call)))


def update_route(call: Call) -> Reply | Plain:
    return _put_route(call, _route(call).id)


def delete_route(call: Call) -> Reply | Plain:
    route = _route(call)
    del _routes(call)[route.id]
    return Reply({"id": route.id})


def _put_route(call: Call, id_: str) -> Reply | Plain:
    pattern, script = call.fields.get("pattern"), call.fields.get("script") or None
    found = PATTERN.fullmatch(str(pattern))
    host = found["host"].lstrip(".") if found else ""
    if not control.zones[call.parameters["zone_id"]].contains(host):
        raise Refused(400, 10022, f"The pattern {pattern!r} is not within the zone.")
    if script:
        scripts.worker_of(script)
    routes = _routes(call)
    if any(other.pattern == pattern and other.id != id_ for other in routes.values()):
        raise Refused(409, 10020, "A route with the same pattern already exists.")
    routes[id_] = Route(str(pattern), script, id_)
    return Reply(vars(routes[id_]))


def _routes(call: Call) -> dict[str, Route]:
    return control.routes.setdefault(call.parameters["zone_id"], {})


def _route(call: Call) -> Route:
    found = _routes(call).get(call.parameters["route"])
    if found is None:
        raise Refused(404, 10009, "The route does not exist.")
    return found


ON_DOMAINS = "/accounts/<account_id>/workers/domains"
ON_ROUTES = "/zones/<zone_id>/workers/routes"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", ON_DOMAINS, "workers.domains.list", list_domains),
    ("PUT", ON_DOMAINS, "workers.domains.update", update_domain),
    ("GET", f"{ON_DOMAINS}/<domain>", "workers.domains.get", get_domain),
    ("DELETE", f"{ON_DOMAINS}/<domain>", "workers.domains.delete", delete_domain),
    ("GET", ON_ROUTES, "workers.routes.list", list_routes),
    ("POST", ON_ROUTES, "workers.routes.create", create_route),
    ("GET", f"{ON_ROUTES}/<route>", "workers.routes.get", get_route),
    ("PUT", f"{ON_ROUTES}/<route>", "workers.routes.update", update_route),
    ("DELETE", f"{ON_ROUTES}/<route>", "workers.routes.delete", delete_route),
]
