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
    """A Cloudflare account, for domains whose host is there, and for reports."""

    model_config = ConfigDict(alias_generator=to_camel)

    account_id: Annotated[str, PlainValidator(_account_id)]
    """The account, which the zones belong to."""
    access_key_id: Annotated[str | None, PlainValidator(_word)] = None
    """The id of an R2 access key, for policies in R2; its secret is `mta-sts:secretAccessKey`. Left
    out: there are none in R2."""
    policies_in: Annotated[str, PlainValidator(_policies_in)] = "script"
    """Where a Worker has its policies. Left out: script."""
    collect_reports_at: Annotated[str | None, PlainValidator(_collector_host)] = None
    """Where TLS reports are taken over HTTPS: see [collecting](collecting.md). Left out:
    nowhere."""


class CollectorKeys(Keys):
    account_id: Any
    zone: Annotated[Any, PlainValidator(_cloudflare_zone)]
    host: Annotated[str, PlainValidator(_collector_host)]
