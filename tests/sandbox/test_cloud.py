"""The cloud as a whole: what programs get to know of it, how it begins and ends."""

import os
import subprocess
import sys
from pathlib import Path

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import Site, ask, fetch

ROOT = Path(__file__).parents[2]


def test_the_environment_is_all_a_program_needs(cloud: Cloud) -> None:
    assert cloud.environment == {
        "AWS_ENDPOINT_URL": cloud.client("s3").meta.endpoint_url,
        "AWS_ACCESS_KEY_ID": "AKIASANDBOX000000000",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": "us-east-1",
        "CLOUDFLARE_BASE_URL": cloud.environment["CLOUDFLARE_BASE_URL"],
        "CLOUDFLARE_API_TOKEN": cloud.cloudflare.token,
        "SANDBOX_R2_URL": cloud.environment["SANDBOX_R2_URL"],
        "MTA_STS_DNS": f"127.0.0.1:{cloud.dns.port}",
        "MTA_STS_CA_FILE": str(cloud.directory / "ca.pem"),
        "MTA_STS_HTTPS_PORT": str(cloud.edge.port),
    }
    program = (
        "import boto3, os; sts = boto3.client('sts', region_name=os.environ['AWS_REGION']);"
        "print(sts.get_caller_identity()['Account'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], **cloud.environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.stdout.strip() == "123456789012"


def test_reset(cloud: Cloud) -> None:
    site = Site(cloud)
    site.build()
    assert fetch(cloud, site.host).status_code == 200
    cloud.dns.misbehave("*", "drop")
    cloud.acm.pending = True
    cloud.edge.lag = 5
    cloud.faults.add(service="s3", operation="CreateBucket")
    cloud.reset()
    assert (cloud.log, cloud.edge.requests, cloud.edge.lag) == ([], [], 0)
    assert ask(cloud, "example.com", "SOA").authority[0].name.to_text() == "."
    again = Site(cloud)
    assert again.zone != site.zone
    again.build()
    assert fetch(cloud, again.host).status_code == 200
