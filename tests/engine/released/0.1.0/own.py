"""A program with a domain that has a host of its own, as 0.1.0 took it."""

import pulumi_aws as aws

from mta_sts import MtaSts

MtaSts(
    "own.example",
    {
        "domain": "own.example",
        "zone": {"route53": aws.route53.get_zone(name="own.example").zone_id},
        "mode": "testing",
        "mx": ["mail.own.example"],
        "max_age": 604800,
        "look_up": False,
    },
)
