"""The AWS APIs under one provider's configuration."""

import functools
import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.plugin.errors import Refused
from sandbox.plugin.wire import UNKNOWN, Props, has_unknown

CONNECT_TIMEOUT = 5  # seconds
READ_TIMEOUT = 60  # seconds
ATTEMPTS = 3

R2_ENDPOINT = re.compile(
    r"https://[0-9a-f]{32}\.((eu|fedramp)\.)?r2\.cloudflarestorage\.com/?", re.IGNORECASE
)
"""Where an account's R2 has its S3 API; in the sandbox all calls for it go to the sandbox's."""

GLOBAL = {"cloudfront": "us-east-1", "route53": "us-east-1"}
"""Services with one endpoint, signed for this region whatever the configuration says."""


@dataclass
class Aws:
    """A provider's configuration, and the clients made from it."""

    settings: Props = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def configured(cls, args: Props) -> "Aws":
        """From the provider's arguments, where everything but strings may be JSON in a string."""
        aws = cls({key: _opened(value) for key, value in args.items()})
        if not has_unknown(aws.settings):
            _ = aws.region
        return aws

    @property
    def region(self) -> str:
        region = (
            self.settings.get("region")
            or os.environ.get("AWS_REGION")
            or os.environ.get("AWS_DEFAULT_REGION")
        )
        if not region or region == UNKNOWN:
            raise Refused(
                "Missing region configuration. Make sure you have set your AWS region, e.g."
                " `pulumi config set aws:region us-west-2`."
            )
        return str(region)

    @property
    def default_tags(self) -> Mapping[str, str]:
        tags = self.settings.get("defaultTags", {}).get("tags", {})
        return tags if isinstance(tags, dict) else {}

    def client(self, service: str, region: str = "") -> Any:
        region = GLOBAL.get(service) or region or self.region
        with self._lock:  # sessions are not made for threads
            if (service, region) not in self._clients:
                self._clients[service, region] = self._made(service, region)
            return self._clients[service, region]

    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def _made(self, service: str, region: str) -> Any:
        from botocore.config import Config  # type: ignore[import-untyped]

        if has_unknown(self.settings):
            raise Refused("the provider's configuration is not known yet")
        endpoint = self._endpoint(service)
        local = bool(endpoint or os.environ.get("AWS_ENDPOINT_URL"))
        path_style = self.settings.get("s3UsePathStyle", local)
        return self._session().client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            config=Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"mode": "standard", "total_max_attempts": self._attempts()},
                s3={"addressing_style": "path" if path_style else "auto"},
            ),
        )

    def _session(self) -> Any:
        import boto3  # type: ignore[import-untyped]
        from botocore.session import Session  # type: ignore[import-untyped]

        core = Session()
        core.register_component("data_loader", _loader())
        return boto3.session.Session(
            aws_access_key_id=self.settings.get("accessKey"),
            aws_secret_access_key=self.settings.get("secretKey"),
            aws_session_token=self.settings.get("token"),
            profile_name=self.settings.get("profile"),
            botocore_session=core,
        )

    def _attempts(self) -> int:
        return min(int(self.settings.get("maxRetries", ATTEMPTS - 1)) + 1, ATTEMPTS)

    def _endpoint(self, service: str) -> str | None:
        for endpoints in self.settings.get("endpoints", []):
            if endpoints.get(service):
                endpoint = str(endpoints[service])
                in_sandbox = os.environ.get("SANDBOX_R2_URL")
                return in_sandbox if in_sandbox and R2_ENDPOINT.fullmatch(endpoint) else endpoint
        return None


@functools.cache
def _loader() -> Any:
    """One for all: it keeps the descriptions of the services, which take long to read."""
    from botocore.loaders import create_loader  # type: ignore[import-untyped]

    return create_loader()


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
