"""What the components are given, as their users write it.

Plain dictionaries, because that is what every Pulumi language can express. Pulumi infers the
package's schema from these annotations and takes the text under each field as its description.
"""

from typing import NotRequired, TypedDict

from pulumi import Input


class Zone(TypedDict):
    """The DNS zone that takes the records: exactly one of these."""

    route53: NotRequired[Input[str]]
    """The id of a public hosted zone of Amazon Route 53."""


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


class CloudFrontHostArgs(TypedDict):
    """The arguments of `CloudFrontHost`."""

    domains: list[HostedDomain]
    """Every domain whose policy is served here, 1 to 100: a distribution has no more aliases."""
    bucket: NotRequired[Input[str]]
    """The name of an existing private bucket for the policies. Its owner attaches the statement
    that the output `bucket_policy` gives. Left out: a bucket of the host's own."""


class CloudFront(TypedDict):
    """A CloudFront host as `MtaSts` takes it: outputs of `CloudFrontHost`, or plain values."""

    target: Input[str]
    """The domain name of the distribution."""
    bucket: Input[str]
    """The name of the bucket that holds the policies."""


class Host(TypedDict):
    """Where the policy file is served: exactly one of these."""

    cloudfront: NotRequired[CloudFront]
    """A CloudFront distribution in front of an S3 bucket."""


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
    """A folder with the TLS reports that came in, as `.json` or `.json.gz` (RFC 8460 4). Left out:
    the review knows of none."""
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
