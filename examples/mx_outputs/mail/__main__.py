"""The mail servers of a domain and its MX records, in a stack of their own, which exports the names
of the MX hosts: `mx`."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
domain, zone = config.require("domain"), config.require("zone")
servers: dict[str, str] = config.require_object("servers")

hosts = [
    aws.route53.Record(
        name, zone_id=zone, name=f"{name}.{domain}", type="A", ttl=300, records=[address]
    ).fqdn
    for name, address in servers.items()
]
aws.route53.Record(
    "mx",
    zone_id=zone,
    name=domain,
    type="MX",
    ttl=300,
    records=[host.apply(lambda name: f"10 {name}.") for host in hosts],
)
pulumi.export("mx", hosts)
