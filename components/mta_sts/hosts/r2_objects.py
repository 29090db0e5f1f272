"""Policy files in R2, written through its S3 API: R2 has no resource of its own for objects."""

from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi_aws as aws

from mta_sts.arguments import R2, Worker
from mta_sts.aws import BucketObject
from mta_sts.hosts import Site
from mta_sts.hosts.recorded import FILE
from mta_sts.hosts.shared import md5
from mta_sts.program import Program, this_program

ENDPOINT = "https://{}.r2.cloudflarestorage.com"
REGION = "auto"


class NoKeyError(pulumi.RunError):
    """Neither an R2 access key nor a provider was given: the default one would write to AWS."""


_providers: "WeakKeyDictionary[Program, dict[Any, aws.Provider]]" = WeakKeyDictionary()


def write(
    resource: str, site: Site, given: R2 | Worker, bucket: pulumi.Input[str], key: str
) -> BucketObject:
    """Write the policy file of a site into a bucket of R2.

    Raises:
        NoKeyError: there is neither a key nor a provider to write with.
    """
    options = site.options()
    if "access_key_id" in given:
        options = pulumi.ResourceOptions.merge(
            options, pulumi.ResourceOptions(provider=_provider(given))
        )
    elif site.component.get_provider(FILE) is None:
        raise NoKeyError(
            f"{site.domain}: host: a policy in R2 is written through its S3 API, and there is "
            "nothing to write it with: give access_key_id and secret_access_key, or give the "
            "component the aws provider whose s3 endpoint is the account's R2 endpoint"
        )
    return BucketObject(
        resource,
        options,
        bucket=bucket,
        key=key,
        content=site.text,
        contentType="text/plain",
        cacheControl="no-store, no-transform",
        # The MD5, as R2 itself reports it: a refresh notices a file that another hand changed.
        etag=site.text.apply(md5),
        # R2 takes no tags.
        overrideProvider={"defaultTags": {"tags": {}}},
    )


def _provider(given: R2 | Worker) -> aws.Provider:
    """The provider for an account and a key: one for all domains of a program, because each is a
    process of its own."""
    account, key_id, secret = (
        given["account_id"],
        given["access_key_id"],
        given["secret_access_key"],
    )
    made = _providers.setdefault(this_program(), {})
    same = (
        account if isinstance(account, str) else id(account),
        key_id if isinstance(key_id, str) else id(key_id),
    )
    if same not in made:
        name = f"r2-{account}" if isinstance(account, str) else f"r2-{len(made)}"
        made[same] = aws.Provider(
            name if name not in {each._name for each in made.values()} else f"{name}-{len(made)}",
            access_key=key_id,
            secret_key=secret,
            region=REGION,
            endpoints=[{"s3": pulumi.Output.from_input(account).apply(ENDPOINT.format)}],
            s3_use_path_style=True,
            skip_credentials_validation=True,
            skip_metadata_api_check=True,
            skip_region_validation=True,
            skip_requesting_account_id=True,
        )
    return made[same]
