"""The calls for zones, accounts and tokens."""

from typing import Any

from sandbox import delegation
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply, page
from sandbox.cloudflare.state import ACCOUNT_NAME, SERVERS, Zone, control


def list_zones(call: Call) -> Reply | Plain:
    name, account = call.query.get("name"), call.query.get("account.id")
    found = [
        zone
        for zone in control.zones.values()
        if zone.account == control.account
        and name in (None, zone.name)
        and account in (None, zone.account)
    ]
    return page([_described(zone) for zone in found], call, 20)


def get_zone(call: Call) -> Reply | Plain:
    return Reply(_described(control.zones[call.parameters["zone_id"]]))


def list_accounts(call: Call) -> Reply | Plain:
    account = {"id": control.account, "name": ACCOUNT_NAME, "type": "standard", "settings": {}}
    return page([account], call, 20)


def verify_token(_: Call) -> Reply | Plain:
    return Reply({"id": control.access_key_id, "status": "active"})


def zone_of(zone_id: object, hostname: str, refusal: Refused) -> Zone:
    """The account's zone of this id, in which the host name is; else the refusal is raised."""
    zone = control.zones.get(str(zone_id))
    if zone is None or zone.account != control.account or not zone.contains(hostname):
        raise refusal
    return zone


def _described(zone: Zone) -> dict[str, Any]:
    active = delegation.leads_to(zone.id, zone.name)
    was_active = delegation.has_led_to(zone.id, zone.name)
    return {
        "id": zone.id,
        "name": zone.name,
        "status": "active" if active else "moved" if was_active else "pending",
        "paused": False,
        "type": "full",
        "development_mode": 0,
        "name_servers": SERVERS,
        "original_name_servers": None,
        "original_registrar": None,
        "original_dnshost": None,
        "created_on": zone.created,
        "modified_on": zone.created,
        "activated_on": zone.created if was_active else None,
        "meta": {"step": 2, "custom_certificate_quota": 0, "page_rule_quota": 3},
        "owner": {"id": None, "type": "user", "email": None},
        "account": {"id": zone.account, "name": ACCOUNT_NAME},
        "permissions": ["#dns_records:edit", "#dns_records:read", "#zone:read"],
        "plan": {"id": "0" * 32, "name": "Free Website", "price": 0, "currency": "USD"},
    }


ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", "/zones", "zones.list", list_zones),
    ("GET", "/zones/<zone_id>", "zones.get", get_zone),
    ("GET", "/accounts", "accounts.list", list_accounts),
    ("GET", "/user/tokens/verify", "user.tokens.verify", verify_token),
]
