"""The CloudFront operations that moto lacks, or whose parameters it ignores."""

from typing import TYPE_CHECKING, Any, cast

from moto.cloudfront.models import OriginAccessControl
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws import cache_policies
from sandbox.aws.cloudfront_functions import DEVELOPMENT, LIVE, Function, Stage
from sandbox.aws.tenant_responses import TenantResponses

if TYPE_CHECKING:
    from sandbox.aws.cloudfront import CloudFront


class CloudFrontResponses(TenantResponses):
    @property
    def cloudfront(self) -> "CloudFront":
        return cast("CloudFront", self.backend)

    # Functions

    def create_function(self) -> ActionResult:
        function = self.cloudfront.stages.create(
            self._get_param("Name"),
            self._get_param("FunctionConfig", {}),
            _bytes(self._get_param("FunctionCode")),
        )
        tags = self._get_param("Tags.Items", []) or []
        self.cloudfront.tagger.tag_resource(function.arn, tags)
        location = f"https://cloudfront.amazonaws.com/2020-05-31/function/{function.name}"
        return self._summary(function, function.stages[DEVELOPMENT], Location=location)

    def describe_function(self) -> ActionResult:
        return self._summary(*self._function())

    def get_function(self) -> ActionResult:
        _, stage = self._function()
        return ActionResult(
            {
                "FunctionCode": stage.code,
                "ETag": stage.etag,
                "ContentType": "application/octet-stream",
            }
        )

    def list_functions(self) -> ActionResult:
        wanted = self._get_param("Stage")
        summaries = [
            self._described(function, stage)
            for function in self.cloudfront.stages.values()
            for stage in function.stages.values()
            if wanted in (None, stage.stage)
        ]
        return ActionResult(
            {"FunctionList": {"MaxItems": 100, "Quantity": len(summaries), "Items": summaries}}
        )

    def update_function(self) -> ActionResult:
        function, stage = self.cloudfront.stages.update(
            self._get_param("Name"),
            self._get_param("IfMatch"),
            self._get_param("FunctionConfig", {}),
            _bytes(self._get_param("FunctionCode")),
        )
        return self._summary(function, stage)

    def publish_function(self) -> ActionResult:
        function, stage = self.cloudfront.stages.publish(
            self._get_param("Name"), self._get_param("IfMatch")
        )
        return self._summary(function, stage)

    def delete_function(self) -> ActionResult:
        function, _ = self.cloudfront.stages.find(self._get_param("Name"), None)
        self.cloudfront.stages.delete(
            function.name, self._get_param("IfMatch"), self.cloudfront.function_in_use(function.arn)
        )
        return EmptyResult()

    def _function(self) -> tuple[Function, Stage]:
        return self.cloudfront.stages.find(self._get_param("Name"), self._get_param("Stage"))

    def _summary(self, function: Function, stage: Stage, **more: str) -> ActionResult:
        summary = self._described(function, stage)
        return ActionResult({"FunctionSummary": summary, "ETag": stage.etag, **more})

    def _described(self, function: Function, stage: Stage) -> dict[str, Any]:
        if stage.stage == DEVELOPMENT:
            live = function.stages.get(LIVE)
            current = live is not None and live.code == stage.code and live.config == stage.config
            status = "UNASSOCIATED" if current else "UNPUBLISHED"
        else:
            status = "UNASSOCIATED"
        if status == "UNASSOCIATED" and self.cloudfront.function_in_use(function.arn):
            status = "DEPLOYED"
        return function.summary(stage, status)

    # Cache policies

    def list_cache_policies(self) -> ActionResult:
        managed = self._get_param("Type") != "custom"
        items = [
            {"Type": "managed", "CachePolicy": policy.described()}
            for policy in cache_policies.MANAGED.values()
            if managed
        ]
        return ActionResult(
            {"CachePolicyList": {"MaxItems": 100, "Quantity": len(items), "Items": items}}
        )

    def get_cache_policy(self) -> ActionResult:
        policy = cache_policies.find(self._get_param("Id")).described()
        return ActionResult({"CachePolicy": policy, "ETag": "E23ZP02F085DFQ"})

    def get_cache_policy_config(self) -> ActionResult:
        policy = cache_policies.find(self._get_param("Id")).described()
        return ActionResult(
            {"CachePolicyConfig": policy["CachePolicyConfig"], "ETag": "E23ZP02F085DFQ"}
        )

    # Origin access controls and distributions: the version in If-Match

    def update_origin_access_control(self) -> ActionResult:
        control = self.cloudfront.change_origin_access_control(
            self._get_param("Id"),
            self._get_param("OriginAccessControlConfig", {}),
            self._get_param("IfMatch"),
        )
        return _origin_access_control(control)

    def delete_origin_access_control(self) -> ActionResult:
        self.cloudfront.remove_origin_access_control(
            self._get_param("Id"), self._get_param("IfMatch")
        )
        return EmptyResult()


def _origin_access_control(control: OriginAccessControl) -> ActionResult:
    described = {"Id": control.id, "OriginAccessControlConfig": control}
    return ActionResult({"OriginAccessControl": described, "ETag": control.etag})


def _bytes(code: str | bytes | None) -> bytes:
    return code.encode() if isinstance(code, str) else code or b""
