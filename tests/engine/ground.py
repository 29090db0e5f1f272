"""One pair of host and zone, as the promises are tried on it: what differs from pair to pair."""

from collections.abc import Mapping
from typing import Any

from sandbox.cloud import Cloud
from tests.engine.pairs import PAIRS, Pair, program, zone_of
from tests.engine.programs import Program
from tests.engine.stack import Stack, Step
from tests.sandbox import cloudflare_site

SPREAD = 0.2  # seconds, in place of what the real edges of a Worker need

GROUNDS = PAIRS[:4]

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
RECORDS = {
    "route53": "aws:route53/record:Record",
    "cloudflare": "cloudflare:index/dnsRecord:DnsRecord",
}
COMPONENT = "mta-sts:index:MtaSts"
SCRIPT = Step("update", "cloudflare:index/workersScript:WorkersScript", "worker-script")
WRITES_FILE = {
    "cloudfront": ("s3", "PutObject"),
    "r2": ("r2", "PutObject"),
    "worker": ("cloudflare", "workers.scripts.update"),
}
"""The call, by service and operation, that writes a policy."""
WRITES_RECORD = {
    "route53": ("route53", "ChangeResourceRecordSets"),
    "cloudflare": ("cloudflare", "dns_records.*"),
}


class Ground:
    """Domains on one pair."""

    def __init__(self, cloud: Cloud, pair: Pair) -> None:
        self.cloud = cloud
        self.pair = pair
        self.zones: dict[str, Any] = {}

    def deploys(self, domains: Mapping[str, Mapping[str, Any]]) -> Program:
        """The program with these domains and their arguments; their zones are made, once."""
        for domain in domains:
            if domain not in self.zones:
                self.zones[domain] = zone_of(self.cloud, self.pair, domain)
        pairs = dict.fromkeys(domains, self.pair)
        return program(self.cloud, pairs, self.zones, each=domains)

    def zone_id(self, domain: str) -> str:
        if domain not in self.zones:
            self.zones[domain] = zone_of(self.cloud, self.pair, domain)
        return str(self.zones[domain][self.pair.zone])

    def txt(self, op: str, domain: str) -> Step:
        """What is done to the `_mta-sts` record."""
        return Step(op, RECORDS[self.pair.zone], f"{domain}-txt")

    def file(self, op: str, domain: str) -> Step:
        """What is done to the file."""
        part = {"cloudfront": "policy", "r2": "r2-policy"}
        return (
            SCRIPT
            if self.pair.host == "worker"
            else Step(op, OBJECT, f"{domain}-{part[self.pair.host]}")
        )

    @property
    def holder(self) -> str:
        """The end of the name of what holds the `mta-sts` name."""
        return {"cloudfront": "cname", "r2": "r2-domain", "worker": "worker-domain"}[self.pair.host]

    def own(self, domain: str) -> set[Step]:
        """What a further domain makes for itself."""
        record = RECORDS[self.pair.zone]
        made = {
            "cloudfront": {
                self.file("create", domain),
                Step("create", record, f"{domain}-cname"),
                Step("create", record, f"cloudfront-{domain}-validation"),
            },
            "r2": {
                self.file("create", domain),
                Step("create", "cloudflare:index/r2Bucket:R2Bucket", f"{domain}-r2-bucket"),
                Step(
                    "create",
                    "cloudflare:index/r2CustomDomain:R2CustomDomain",
                    f"{domain}-r2-domain",
                ),
            },
            "worker": {
                Step(
                    "create",
                    "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
                    f"{domain}-worker-domain",
                ),
            },
        }[self.pair.host]
        return {self.txt("create", domain), *made}

    @property
    def most(self) -> int:
        """Cloud resources that a further domain may take."""
        return 3 if self.pair.host == "worker" else 4

    def besides(self, domain: str) -> set[Step]:
        """What a further domain has in the state that is nothing in the cloud."""
        return {Step("create", COMPONENT, domain)}

    @property
    def shared(self) -> set[tuple[str, str]]:
        """What a further domain changes of what all share, by type and name."""
        return {
            "cloudfront": {
                ("mta-sts:index:CloudFrontHost", "cloudfront"),
                ("aws:acm/certificate:Certificate", "cloudfront-certificate"),
                ("aws:acm/certificateValidation:CertificateValidation", "cloudfront-issued"),
                ("aws:cloudfront/distribution:Distribution", "cloudfront-distribution"),
            },
            "r2": set(),
            "worker": {("mta-sts:index:WorkerHost", "worker"), (SCRIPT.type, SCRIPT.name)},
        }[self.pair.host]

    def records(self, domain: str) -> set[tuple[str, str]]:
        """The name and type of every record in the zone."""
        zone = self.zone_id(domain)
        if self.pair.zone == "cloudflare":
            found = self.cloud.cloudflare.zones[zone].records.values()
            return {(each.name, each.type) for each in found}
        sets = self.cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
        return {(each["Name"].rstrip("."), each["Type"]) for each in sets["ResourceRecordSets"]}

    def write_behind_our_back(self, stack: Stack, domain: str) -> None:
        """Another hand changes what is served."""
        if self.pair.host == "worker":
            cloudflare_site.upload(self.cloud, "mta-sts-test-worker", says="not a policy")
            return
        s3 = self.cloud.client("s3")
        if self.pair.host == "r2":
            s3 = cloudflare_site.s3(self.cloud)
        (file,) = (
            each
            for each in stack.state()
            if each["urn"].endswith(self.file("", domain).name) and each["type"] == OBJECT
        )
        outputs = file["outputs"]
        s3.put_object(Bucket=outputs["bucket"], Key=outputs["key"], Body=b"version: STSv1\n")

    def loses_the_record(self, text: str) -> Any:
        """The answers to the calls that write a record with this text are lost."""
        service, operation = WRITES_RECORD[self.pair.zone]
        return self.cloud.faults.add(
            service=service, operation=operation, how="lose", times=None, match=text
        )
