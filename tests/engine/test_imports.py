"""Only users of a cloud pay for its package, which costs seconds to import."""

import subprocess
from pathlib import Path

import pytest

from sandbox.cloud import Cloud
from sandbox.setting import Setting

LIMIT = 100  # seconds
PROGRAM = """
import sys
import pulumi
import mta_sts

zone, account, key = {zone}, {account!r}, {key}
{host}
mta_sts.MtaSts("solarmora.com", {{
    "domain": "solarmora.com", "zone": zone, "mode": "testing", "mx": ["mail.solarmora.com"],
    "host": {given},
}})
providers = {{"pulumi_aws", "pulumi_cloudflare"}}
pulumi.log.warn("imported: " + str(sorted(providers & {{*sys.modules}})))
"""
DOMAINS = '[{"domain": "solarmora.com", "zone": zone}]'
AWS_HOST = f'host = mta_sts.CloudFrontHost("host", {{"domains": {DOMAINS}}})'
WORKER_HOST = f'host = mta_sts.WorkerHost("host", {{"domains": {DOMAINS}, "account_id": account}})'
COLLECTOR = (
    'mta_sts.ReportCollector("reports", '
    '{"account_id": account, "zone": zone, "host": "tls-reports.solarmora.com"})'
)


@pytest.mark.parametrize(
    ("kind", "host", "given", "imported"),
    [
        (
            "route53",
            AWS_HOST,
            '{"cloudfront": {"target": host.target, "bucket": host.bucket}}',
            ["pulumi_aws"],
        ),
        ("cloudflare", "", '{"r2": {"account_id": account, **key}}', ["pulumi_aws"]),
        (
            "cloudflare",
            f"{WORKER_HOST}\n{COLLECTOR}",
            '{"worker": {"account_id": account, "script": host.script}}',
            [],
        ),
    ],
    ids=["cloudfront", "r2", "worker"],
)
def test_what_a_program_imports(
    cloud: Cloud, tmp_path: Path, kind: str, host: str, given: str, imported: list[str]
) -> None:
    make = cloud.create_zone if kind == "route53" else cloud.create_cloudflare_zone
    zone = make("solarmora.com")
    key = {
        "access_key_id": cloud.cloudflare.access_key_id,
        "secret_access_key": cloud.cloudflare.secret_access_key,
    }
    (tmp_path / "Pulumi.yaml").write_text("name: imports\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(
        PROGRAM.format(
            zone={kind: zone}, account=cloud.cloudflare.account, key=key, host=host, given=given
        )
    )
    setting = Setting(tmp_path, cloud)
    setting.pulumi("stack", "init", "test", cwd=tmp_path)
    run = subprocess.run(
        ["pulumi", "preview", "--json", "--non-interactive"],
        cwd=tmp_path, env=setting.environment, timeout=LIMIT, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert f"imported: {imported}" in run.stdout, run.stdout
