"""An R2 bucket for each domain, served by Cloudflare at its custom domain.

All names of one bucket serve the same keys: so each domain has its own.
"""

from mta_sts import arguments, cloudflare
from mta_sts.findings import CLOUDFLARE_ISSUERS
from mta_sts.hosts import Served, Site, r2_objects
from mta_sts.hosts.recorded import FILE_OF, R2, bucket_name, words
from mta_sts.protocol.policy import WELL_KNOWN

ISSUERS = CLOUDFLARE_ISSUERS
OLDEST_TLS = "1.2"


def kind(given: arguments.R2) -> str:
    """The word for this host."""
    return R2


def target(given: arguments.R2, domain: str) -> str:
    """Where the policy is served, in words."""
    return words(R2, bucket_name(domain))


def spread(given: arguments.R2) -> float:
    """None: R2 gives what was last written."""
    return 0.0


def serve(site: Site, given: arguments.R2) -> Served:
    """Make the bucket, the file in it, and the custom domain, which makes its own DNS record."""
    bucket = cloudflare.R2Bucket(
        f"{site.name}-r2-bucket",
        site.options(),
        accountId=given["account_id"],
        name=bucket_name(site.domain),
    )
    file = r2_objects.write(
        f"{site.name}-{FILE_OF[R2]}", site, given, bucket.name, WELL_KNOWN.removeprefix("/")
    )
    resource = f"{site.name}-r2-domain"
    name = cloudflare.R2CustomDomain(
        resource,
        site.options(
            depends_on=[file],
            # A new one for the same name would be deleted with the old one.
            delete_before_replace=True,
            hooks=site.gates.before_name(resource),
        ),
        accountId=given["account_id"],
        bucketName=bucket.name,
        domain=site.host_name,
        zoneId=site.claim([file]),
        enabled=True,
        minTls=OLDEST_TLS,
    )
    return Served([file, name])
