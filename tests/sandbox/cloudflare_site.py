"""Cloudflare as its official client sees it, and what the tests make there."""

from functools import partial
from typing import Any

import boto3  # type: ignore[import-untyped]
import cloudflare
import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox import cloud_site

HOST = "mta-sts.example.com"
EDGE = "127.0.0.2"

fetch = partial(cloud_site.fetch, at=EDGE)


def client(cloud: Cloud, token: str = "") -> cloudflare.Cloudflare:
    return cloudflare.Cloudflare(
        base_url=cloud.environment["CLOUDFLARE_BASE_URL"],
        api_token=token or cloud.environment["CLOUDFLARE_API_TOKEN"],
        max_retries=0,
        timeout=20,
    )


def records(cloud: Cloud) -> Any:
    """The calls for DNS records, whose overloads take no dictionary."""
    return client(cloud).dns.records


def s3(cloud: Cloud, key_id: str = "") -> Any:
    """A client of R2's S3 API."""
    return boto3.client(
        "s3",
        endpoint_url=cloud.environment["SANDBOX_R2_URL"],
        region_name="auto",
        aws_access_key_id=key_id or cloud.cloudflare.access_key_id,
        aws_secret_access_key=cloud.cloudflare.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def refusal(call: Any, *args: Any, **kwargs: Any) -> tuple[int, int]:
    """Status and code of the error that a call ends in."""
    with pytest.raises(cloudflare.APIStatusError) as caught:
        call(*args, **kwargs)
    error = caught.value
    return error.status_code, error.response.json()["errors"][0]["code"]


def upload(cloud: Cloud, name: str = "policies", *, says: str = "one", code: str = "") -> Any:
    """A Worker that answers every request with one word."""
    code = code or f"export default {{ fetch() {{ return new Response('{says}'); }} }};"
    return client(cloud).workers.scripts.update(
        name,
        account_id=cloud.cloudflare.account,
        metadata={"main_module": "worker.js", "compatibility_date": "2024-09-01"},
        files=[("worker.js", code.encode(), "application/javascript+module")],
    )


def make_bucket(cloud: Cloud, name: str = "policies") -> None:
    client(cloud).r2.buckets.create(account_id=cloud.cloudflare.account, name=name)


def connect_bucket(cloud: Cloud, zone: str, name: str = "policies", domain: str = HOST) -> Any:
    return client(cloud).r2.buckets.domains.custom.create(
        name,
        account_id=cloud.cloudflare.account,
        domain=domain,
        enabled=True,
        zone_id=zone,
        min_tls="1.2",
    )


def connect_worker(cloud: Cloud, zone: str, name: str = "policies", domain: str = HOST) -> Any:
    return client(cloud).workers.domains.update(
        account_id=cloud.cloudflare.account, hostname=domain, service=name, zone_id=zone
    )
