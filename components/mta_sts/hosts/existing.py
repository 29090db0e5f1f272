"""A distribution or a bucket of another, as a host takes it: what its owner adds, and whether the
names are there."""

import asyncio
from collections.abc import Awaitable
from typing import TypedDict, TypeVar

import pulumi
import pulumi_aws as aws

from mta_sts.hosts.distribution import CACHED_ERRORS, CACHING_DISABLED
from mta_sts.protocol.policy import WELL_KNOWN

T = TypeVar("T")
U = TypeVar("U")


class ToAdd(TypedDict):
    """What the owner of an existing distribution adds to it, so that it serves the policies."""

    aliases: list[str]
    """The alternate domain names. The certificate of the distribution must cover them all."""
    origin_domain: str
    """The domain name of the origin: the bucket that holds the policies."""
    origin_access_control: str
    """The id of the origin access control of that origin."""
    path_pattern: str
    """The path of a cache behavior, before all others that match it, that leads to that origin:
    HTTPS only, GET and HEAD, without compression and without an origin request policy."""
    cache_policy: str
    """The id of the behavior's cache policy, CachingDisabled."""
    function: str
    """The ARN of the function that the behavior has at viewer request."""
    uncached_errors: list[int]
    """The status codes whose custom error response has a minimum TTL of 0 seconds."""


class ExistingDistribution:
    """A distribution of another. On the line of its host it says which names it lacks."""

    def __init__(
        self,
        host: pulumi.ComponentResource,
        distribution: pulumi.Input[str],
        names: list[str],
        origin_domain: pulumi.Input[str],
        access: aws.cloudfront.OriginAccessControl,
        function: aws.cloudfront.Function,
    ) -> None:
        self._host = host
        self.id = pulumi.Output.from_input(distribution)
        self.to_add: pulumi.Output[ToAdd] = pulumi.Output.all(
            origin_domain, access.id, function.arn
        ).apply(
            lambda known: ToAdd(
                aliases=names,
                origin_domain=known[0],
                origin_access_control=known[1],
                path_pattern=WELL_KNOWN,
                cache_policy=CACHING_DISABLED,
                function=known[2],
                uncached_errors=list(CACHED_ERRORS),
            )
        )
        found = _read_or_named("distribution", self.id, self._read())
        self.domain_name, self.arn = found.domain_name, found.arn
        _: pulumi.Output[None] = pulumi.Output.all(found.aliases, host.urn).apply(
            lambda known: self._say([name for name in names if name not in _lower(known[0])])
        )

    async def lacks(self, name: str) -> bool:
        """Whether `name` is no alias of it, at this moment."""
        return name not in _lower(await self._read().aliases.future() or [])

    async def told(self) -> str:
        """What its owner adds, as far as it is known."""
        to_add = await self.to_add.future() if await self.to_add.is_known() else None
        return words(await self.id.future() or "", to_add)

    async def _say(self, lacking: list[str]) -> None:
        if lacking:
            pulumi.log.warn(
                f"nothing is announced of {', '.join(lacking)} until the distribution has the "
                f"name: {await self.told()}",
                resource=self._host,
            )

    def _read(self) -> pulumi.Output[aws.cloudfront.GetDistributionResult]:
        options = pulumi.InvokeOutputOptions(parent=self._host)
        return aws.cloudfront.get_distribution_output(id=self.id, opts=options)


class ExistingBucket:
    """A bucket of another, which only its owner can let the distribution read."""

    def __init__(self, host: pulumi.ComponentResource, bucket: pulumi.Input[str]) -> None:
        self.name = pulumi.Output.from_input(bucket)
        options = pulumi.InvokeOutputOptions(parent=host)
        read = aws.s3.get_bucket_output(bucket=bucket, opts=options)
        found = _read_or_named("bucket", self.name, read)
        self.arn, self.domain_name = found.arn, found.bucket_regional_domain_name

    async def lacks(self, name: str) -> bool:
        """Unknown: what the bucket's policy says is its owner's alone to read."""
        return False

    async def told(self) -> str:
        """What its owner attaches."""
        return (
            f"the owner of the bucket {await self.name.future()} attaches the policy that the "
            "host's output bucketPolicy is: until then S3 refuses it (status 403)"
        )


def words(distribution: str, to_add: ToAdd | None) -> str:
    """What the owner of a distribution adds to it.

    Args:
        to_add: None where it is not known before the first `pulumi up`.
    """
    begin = f"the owner of the distribution {distribution} adds"
    if to_add is None:
        return f"{begin} what the output toAdd says after the first `pulumi up`"
    errors = ", ".join(map(str, to_add["uncached_errors"]))
    return "\n  ".join(
        [
            f"{begin}:",
            f"alternate domain names, which its certificate covers: {', '.join(to_add['aliases'])}",
            f"an origin: {to_add['origin_domain']}, with the origin access control "
            f"{to_add['origin_access_control']}",
            f"a cache behavior of that origin for {to_add['path_pattern']}, before all others that "
            "match it:",
            "  HTTPS only; GET and HEAD; no compression; no origin request policy",
            f"  cache policy CachingDisabled ({to_add['cache_policy']})",
            f"  function at viewer request: {to_add['function']}",
            f"custom error responses with a minimum TTL of 0 for {errors}",
        ]
    )


def _read_or_named(
    key: str, given: pulumi.Output[str], found: pulumi.Output[T]
) -> pulumi.Output[T]:
    """What was found; or one message that names the argument, where a failed call would be shown
    with a traceback."""

    async def read() -> T:
        try:
            return await found.future()  # type: ignore[return-value]  # None where it is unknown
        except Exception as error:  # noqa: BLE001 -- a failed call has no type of its own
            why = str(error).rpartition("* ")[2].strip()
            raise pulumi.RunError(
                f"CloudFrontHost: {key}: {await given.future()} cannot be read: {why}. Give one "
                "that is there, and that the aws provider of the host may read"
            ) from None

    async def quietly(fact: Awaitable[U], otherwise: U) -> U:
        try:
            return await fact
        except Exception:  # noqa: BLE001 -- `read` says it
            return otherwise

    return pulumi.Output(
        asyncio.ensure_future(quietly(found.resources(), set())),
        asyncio.ensure_future(read()),
        asyncio.ensure_future(quietly(found.is_known(), True)),
    )


def _lower(names: list[str]) -> set[str]:
    return {name.lower() for name in names}
