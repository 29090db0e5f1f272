"""What is said of a thing that is there already."""

import pytest

from mta_sts.left_behind import way_on

SAID = [
    (
        "cloudflare:index/dnsRecord:DnsRecord",
        {"zoneId": "Z", "name": "mta-sts.x.example", "type": "CNAME", "content": "d1.example"},
        "DnsRecord (name 'mta-sts.x.example', type 'CNAME', content 'd1.example') is there "
        "already: left by a run that was killed, or made by another. Delete it at Cloudflare, or "
        "bring it into this stack with `pulumi import`, and run `pulumi up` again",
    ),
    (
        "aws:cloudfront/distribution:Distribution",
        {"aliases": ["mta-sts.x.example"], "enabled": True},
        "Distribution (aliases ['mta-sts.x.example']) is there already: left by a run that was "
        "killed, or made by another. Delete it in AWS, or bring it into this stack with `pulumi "
        "import`, and run `pulumi up` again",
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "words"), SAID)
def test_the_way_on(kind: str, inputs: dict[str, object], words: str) -> None:
    assert way_on(kind, inputs) == words
