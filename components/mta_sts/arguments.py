"""What the components are given, as their users write it.

Plain dictionaries, because that is what every Pulumi language can express. Pulumi infers the
package's schema from these annotations and takes the text under each field as its description.
"""

from typing import NotRequired, TypedDict

from pulumi import Input


class External(TypedDict):
    """How a domain is announced whose zone others keep: the id of a zone of ours, exactly one, and
    maybe `wait`."""

    route53: NotRequired[str]
    """The id of a public hosted zone of Amazon Route 53, of ours. It must be known when the program
    runs."""
    cloudflare: NotRequired[str]
    """The id of a zone of Cloudflare, of ours. It must be known when the program runs."""
    wait: NotRequired[float]
    """How long a `pulumi up` waits for the owner to make the records, in seconds, each time that
    some are missing. Left out: it does not wait, and the first `pulumi up` after they are made goes
    on."""


class Zone(TypedDict):
    """The DNS zone that takes the records: exactly one of these."""

    route53: NotRequired[Input[str]]
    """The id of a public hosted zone of Amazon Route 53."""
    cloudflare: NotRequired[Input[str]]
    """The id of a zone of Cloudflare."""
    external: NotRequired[External]
    """The domain's zone is kept elsewhere. Its owner makes the records that the output `to_make`
    tells, once; one of them is a CNAME from `_mta-sts` into the zone of ours that is named here,
    where the policy is announced (RFC 8461 8.2)."""


class HostedDomain(TypedDict):
    """A mail domain whose policy a host serves."""

    domain: str
    """The mail domain; its policy is served at `mta-sts.<domain>`."""
    zone: Zone
    """The zone that takes the record by which the certificate is validated."""
    protect: NotRequired[bool]
    """Whether the host must not be deleted, for this domain's sake. Left out: as long as senders
    may hold an enforce policy of it, by what the last `pulumi up` recorded. So true protects the
    host in the very run that announces the first such policy; false lifts the protection."""
    leaving: NotRequired[bool]
    """Whether the domain's policy is served by another host from now on. What is here stays, for
    one more `pulumi up`, because senders may hold the old address. Left out: it is not."""
    group: NotRequired[str]
    """Of a `CloudFrontHost`: which of its distributions and certificates is this domain's, by a
    name of yours, such as `customers-2`. Left out: `default`."""


class CloudFrontHostArgs(TypedDict):
    """The arguments of `CloudFrontHost`."""

    domains: list[HostedDomain]
    """Every domain whose policy is served here, at most 100 in each group: a distribution has no
    more aliases."""
    bucket: NotRequired[Input[str]]
    """The name of an existing private bucket for the policies. Its owner attaches the statement
    that the output `bucket_policy` gives. Left out: a bucket of the host's own."""
    distribution: NotRequired[Input[str]]
    """The id of an existing distribution that serves the policies beside what it serves already.
    Its owner adds what the output `to_add` says; until a policy is seen there, nothing of it is
    announced. Left out: a distribution of the host's own."""
    certificate: NotRequired[Input[str]]
    """The ARN of an existing certificate in us-east-1, for a distribution of the host's own. It
    must cover `mta-sts.<domain>` of every domain. Left out: a certificate of the host's own, and
    the records by which it is validated."""


class CloudFront(TypedDict):
    """A CloudFront host as `MtaSts` takes it: outputs of `CloudFrontHost`, or plain values."""

    target: Input[str]
    """The domain name of the distribution."""
    bucket: Input[str]
    """The name of the bucket that holds the policies."""


class Tenant(TypedDict):
    """Tenants of CloudFront as `MtaSts` takes them: outputs of `TenantHost`, or plain values."""

    target: Input[str]
    """The routing endpoint of the connection group: what the `mta-sts` CNAME points to."""
    bucket: Input[str]
    """The name of the bucket that holds the policies."""
    distribution_id: Input[str]
    """The id of the multi-tenant distribution."""
    connection_group_id: Input[str]
    """The id of the connection group."""


class R2(TypedDict):
    """An R2 bucket of the domain's own, served at its custom domain."""

    account_id: Input[str]
    """The Cloudflare account, which the zone must belong to."""
    access_key_id: NotRequired[Input[str]]
    """The id of an R2 access key. Left out: the `aws` provider that the component is given, which
    must lead to the account's R2 endpoint."""
    secret_access_key: NotRequired[Input[str]]
    """The secret of that key."""


class Worker(TypedDict):
    """A Worker as `MtaSts` takes it: outputs of `WorkerHost`, or plain values."""

    account_id: Input[str]
    """The Cloudflare account, which the zone must belong to."""
    script: Input[str]
    """The name of the Worker."""
    bucket: NotRequired[Input[str]]
    """The R2 bucket that the Worker is bound to. Left out: the policy is inside the script of the
    `WorkerHost` of the same program."""
    access_key_id: NotRequired[Input[str]]
    """The id of an R2 access key, to write into the bucket. Left out: the `aws` provider that the
    component is given, which must lead to the account's R2 endpoint."""
    secret_access_key: NotRequired[Input[str]]
    """The secret of that key."""
    route: NotRequired[bool]
    """Whether the Worker answers by a route on a proxied record, not by a custom domain. A name
    that a record of this stack points elsewhere moves in without a gap; its certificate covers one
    label below the zone."""


class Host(TypedDict):
    """Where the policy file is served: exactly one of these."""

    cloudfront: NotRequired[CloudFront]
    """A CloudFront distribution in front of an S3 bucket."""
    tenant: NotRequired[Tenant]
    """A CloudFront distribution tenant of the domain's own, with a certificate of its own."""
    r2: NotRequired[R2]
    """An R2 bucket of the domain's own."""
    worker: NotRequired[Worker]
    """A Worker that serves the policies of many domains."""


class TenantHostArgs(TypedDict):
    """The arguments of `TenantHost`."""

    domains: list[HostedDomain]
    """Every domain whose policy is served here. AWS allows 10,000 distribution tenants an account,
    a quota that can be raised."""


class WorkerHostArgs(TypedDict):
    """The arguments of `WorkerHost`."""

    domains: list[HostedDomain]
    """Every domain whose policy is served here."""
    account_id: Input[str]
    """The Cloudflare account."""
    script: NotRequired[str]
    """The name of the Worker. Left out: made of the names of the project, the stack and the
    component. It must never change: a name can be on one Worker only."""
    in_bucket: NotRequired[bool]
    """Whether the policies are in an R2 bucket of the host's own. Left out: they are inside the
    script, which needs neither R2 nor a key for it."""


class ReportCollectorArgs(TypedDict):
    """The arguments of `ReportCollector`."""

    account_id: Input[str]
    """The Cloudflare account."""
    zone: Zone
    """The zone of Cloudflare, of the same account, that `host` lies in."""
    host: str
    """The name that senders report to, for this alone: `tls-reports.example.com`."""


class MtaStsArgs(TypedDict):
    """The arguments of `MtaSts`."""

    domain: str
    """The mail domain: what stands after the @."""
    zone: Zone
    """The DNS zone that takes the domain's records."""
    mode: Input[str]
    """`testing`, `enforce` or `none` (RFC 8461 3.2)."""
    mx: Input[list[Input[str]]]
    """The MX hosts that are real: names, or `*.` and a name for any one label. May be empty in
    mode `none` only."""
    max_age: NotRequired[Input[int]]
    """How long a sender may keep the policy, in seconds: 86400 to 31557600. Left out: 604800."""
    reports: NotRequired[list[Input[str]]]
    """Where senders report to: `mailto:` and `https:` addresses for the record
    `_smtp._tls.<domain>` (RFC 8460). Left out: no such record is made."""
    reports_from: NotRequired[str]
    """Where the TLS reports that came in are (RFC 8460 4): a folder, or `s3://bucket/prefix`. Left
    out: the review knows of none."""
    host: NotRequired[Host]
    """The host that serves the policy. Left out: a `CloudFrontHost` of this domain's own."""
    testing_period: NotRequired[float]
    """How long a domain must have been in testing before it may enforce, in seconds. Left out:
    1209600, which is 14 days."""
    rollout: NotRequired[str]
    """`automatic`: in mode `enforce`, the domain is served in testing until its testing period is
    over, and the first `pulumi up` after that makes it enforce."""
    accept: NotRequired[dict[str, str]]
    """Errors of the review to go on with knowingly: by the code of each, the reason."""
    look_up: NotRequired[bool]
    """Whether the review asks live DNS. Left out: it does."""
    gate_timeout: NotRequired[float]
    """How long a policy may take, in seconds, until it is seen at its real name, before its
    announcement is given up. Left out: 600."""
