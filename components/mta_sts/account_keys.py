"""The keys of what is made for a Cloudflare account, not for a domain: see `keys`."""

import re
from typing import Annotated, Any

from pydantic import ConfigDict, PlainValidator
from pydantic.alias_generators import to_camel

from mta_sts.keys import Keys
from mta_sts.protocol.names import host_name
from mta_sts.zone_keys import zone_given


def _account_id(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{32}", value):
        raise ValueError("not an account")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not an id")
    return value


def _policies_in(value: Any) -> str:
    if value not in ("script", "r2"):
        raise ValueError("neither")
    return str(value)


def _collector_host(value: Any) -> str:
    name = host_name(value)
    if name.startswith("mta-sts."):
        raise ValueError(f"senders look there for the policy of {name.partition('.')[2]}")
    return name


def _cloudflare_zone(value: Any) -> Any:
    if "cloudflare" not in zone_given(value):
        raise ValueError("Cloudflare serves no names in other zones")
    return value


class AccountKeys(Keys):
    """`mta-sts:cloudflare` of a stack."""

    model_config = ConfigDict(alias_generator=to_camel)

    account_id: Annotated[str, PlainValidator(_account_id)]
    access_key_id: Annotated[str | None, PlainValidator(_word)] = None
    policies_in: Annotated[str, PlainValidator(_policies_in)] = "script"
    collect_reports_at: Annotated[str | None, PlainValidator(_collector_host)] = None


class CollectorKeys(Keys):
    account_id: Any
    zone: Annotated[Any, PlainValidator(_cloudflare_zone)]
    host: Annotated[str, PlainValidator(_collector_host)]
