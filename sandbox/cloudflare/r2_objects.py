"""The S3 API of R2: moto under an account of its own, with what R2 has not refused as R2 does."""

from dataclasses import replace
from typing import Any

from sandbox.api import ask_moto
from sandbox.calls import Call, access_key_id, error, identify
from sandbox.cloudflare.r2_buckets import MOTO_ACCOUNT
from sandbox.cloudflare.state import control
from sandbox.faults import Fault
from sandbox.front import Answer, Front

SERVICE = "r2"
NOT_IMPLEMENTED = ("Acl", "Tagging", "BucketPolicy", "BucketVersioning", "PublicAccessBlock")
"""Words in the names of the operations that R2 does not have."""
BUCKET_OPERATIONS = ("CreateBucket", "DeleteBucket")
REFUSED_HEADERS = (
    "x-amz-acl",
    "x-amz-tagging",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-context",
    "x-amz-server-side-encryption-bucket-key-enabled",
)


class R2Front(Front[Call]):
    """Buckets by path, under the keys of an R2 token that may read and write objects only."""

    def identify(self, environ: dict[str, Any]) -> Call:
        call = identify(environ)
        return replace(call, service=SERVICE if call.service == "s3" else call.service)

    def refuse(self, call: Call, fault: Fault) -> Answer:
        return _error(call, fault.status, fault.code, "The sandbox was told to fail this call.")

    def apply(self, call: Call, environ: dict[str, Any]) -> Answer:
        if call.service != SERVICE or access_key_id(environ) != control.access_key_id:
            return _error(call, 403, "AccessDenied", "Access Denied")
        for word in NOT_IMPLEMENTED:
            if word in call.operation:
                return _error(call, 501, "NotImplemented", f"{call.operation} not implemented")
        for header in REFUSED_HEADERS:
            value = environ.get("HTTP_" + header.upper().replace("-", "_"))
            if value is not None:
                message = f"Header '{header}' with value '{value}' not implemented"
                return _error(call, 501, "NotImplemented", message)
        if call.operation in BUCKET_OPERATIONS:
            return _error(call, 403, "AccessDenied", "Access Denied")
        if call.bucket and call.bucket not in control.buckets:
            return _error(call, 404, "NoSuchBucket", "The specified bucket does not exist.")
        return ask_moto(
            replace(call, service="s3"), {**environ, "HTTP_X_MOTO_ACCOUNT_ID": MOTO_ACCOUNT}
        )


def _error(call: Call, status: int, code: str, message: str) -> Answer:
    return error(replace(call, service="s3"), status, code, message)
