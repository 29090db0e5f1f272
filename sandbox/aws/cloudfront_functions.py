"""CloudFront Functions, with the stages, updates and refusals that moto lacks."""

from typing import Any

from moto.cloudfront.exceptions import FunctionAlreadyExists, NoSuchFunctionExists
from moto.cloudfront.models import random_id
from moto.core.utils import utcnow

from sandbox.aws.errors import Refused

LARGEST_CODE = 10 * 1024
DEVELOPMENT, LIVE = "DEVELOPMENT", "LIVE"


class Stage:
    """The code and configuration of a function in one stage."""

    def __init__(self, config: dict[str, Any], code: bytes, stage: str) -> None:
        self.config = config
        self.code = code
        self.stage = stage
        self.etag = random_id()
        self.modified = utcnow()


class Function:
    """A function by its name."""

    def __init__(self, account_id: str, name: str, config: dict[str, Any], code: bytes) -> None:
        self.name = name
        self.arn = f"arn:aws:cloudfront::{account_id}:function/{name}"
        self.created = utcnow()
        self.stages = {DEVELOPMENT: Stage(config, code, DEVELOPMENT)}

    def summary(self, stage: Stage, status: str) -> dict[str, Any]:
        return {
            "Name": self.name,
            "Status": status,
            "FunctionConfig": stage.config,
            "FunctionMetadata": {
                "FunctionARN": self.arn,
                "Stage": stage.stage,
                "CreatedTime": self.created,
                "LastModifiedTime": stage.modified,
            },
        }


class Functions:
    """The functions of an account."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._named: dict[str, Function] = {}

    def values(self) -> list[Function]:
        return list(self._named.values())

    def create(self, name: str, config: dict[str, Any], code: bytes) -> Function:
        if name in self._named:
            raise FunctionAlreadyExists(name)
        _check_size(code)
        self._named[name] = Function(self._account_id, name, config, code)
        return self._named[name]

    def find(self, name: str, stage: str | None) -> tuple[Function, Stage]:
        """A function in a stage, the development stage unless told otherwise."""
        function = self._named.get(name)
        if function is None or (stage or DEVELOPMENT) not in function.stages:
            raise NoSuchFunctionExists(name)
        return function, function.stages[stage or DEVELOPMENT]

    def update(
        self, name: str, if_match: str | None, config: dict[str, Any], code: bytes
    ) -> tuple[Function, Stage]:
        function, stage = self.find(name, DEVELOPMENT)
        check_version(if_match, stage.etag)
        _check_size(code)
        function.stages[DEVELOPMENT] = Stage(config, code, DEVELOPMENT)
        return self.find(name, DEVELOPMENT)

    def publish(self, name: str, if_match: str | None) -> tuple[Function, Stage]:
        function, stage = self.find(name, DEVELOPMENT)
        check_version(if_match, stage.etag)
        function.stages[LIVE] = Stage(stage.config, stage.code, LIVE)
        return self.find(name, LIVE)

    def delete(self, name: str, if_match: str | None, in_use: bool) -> None:
        _, stage = self.find(name, DEVELOPMENT)
        check_version(if_match, stage.etag)
        if in_use:
            raise Refused(
                "FunctionInUse",
                "Cannot delete function, it is in use by one or more distributions.",
            )
        del self._named[name]


def _check_size(code: bytes) -> None:
    if len(code) > LARGEST_CODE:
        raise Refused(
            "FunctionSizeLimitExceeded",
            f"The size of the function code exceeds the limit of {LARGEST_CODE} bytes.",
        )


def check_version(if_match: str | None, etag: str) -> None:
    """The optimistic locking of CloudFront: If-Match names the version to change."""
    if not if_match:
        raise Refused(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )
    if if_match.strip('"') != etag:
        raise Refused(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more "
            "request-header fields.",
        )
