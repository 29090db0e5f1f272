"""The package from a program in TypeScript, which uses what `pulumi package add` writes for it."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from mta_sts.protocol import Policy
from sandbox import languages
from sandbox.cloud import Cloud
from sandbox.setting import DOMAIN, MX
from tests.engine.project import Project
from tests.engine.stack import Run
from tests.test_package import schema

NET = "solarmora.net"
LIMIT = 60  # seconds

TRAPS = """
import * as pulumi from "@pulumi/pulumi";
import { CloudFrontHost, MtaSts } from "@pulumi/mta-sts";

const zone = new pulumi.Config().require("zone");
const host = new CloudFrontHost("policies", {
    domains: [{ domain: "solarmora.com", zone: { route53: zone } }],
});
// Not known in the first preview: each of these is, to the package, an output of the distribution.
const late = <T>(value: T) => host.target.apply(() => value);
const made = new MtaSts("solarmora.com", {
    domain: "solarmora.com",
    zone: { route53: late(zone) },
    mode: late("testing"),
    mx: ["mail.solarmora.com", pulumi.secret("mx1.solarmora.net"), late("backupmx.solarmora.com")],
    maxAge: late(86400.0),
    reports: [late("mailto:tls-reports@solarmora.net")],
    host: { cloudfront: { target: host.target, bucket: late("x").apply(() => host.bucket) } },
});
export const id = made.policyId;
export const policy = made.policy;
"""


def prepared(project: Project) -> Project:
    """With what `pulumi package add` and `npm install` would put there, compiled."""
    made = languages.ensure()
    package = project.folder / "sdks" / "mta-sts"
    subprocess.run(
        [made / "typescript", package], input=json.dumps(schema()), text=True,
        timeout=LIMIT, check=True,
    )  # fmt: skip
    modules = project.folder / "node_modules"
    (modules / "@pulumi").mkdir(parents=True)
    (modules / "@pulumi" / "pulumi").symlink_to(made / "node_modules" / "@pulumi" / "pulumi")
    (modules / "@pulumi" / "mta-sts").symlink_to(package)
    for name in ("@types", "typescript"):
        (modules / name).symlink_to(made / "node_modules" / name)
    compile_(project, package)
    shutil.copyfile(package / "package.json", package / "bin" / "package.json")
    return project


def compile_(project: Project, folder: Path) -> None:
    """Check the types of a folder, and compile it where it says so."""
    done = subprocess.run(
        ["node", project.folder / "node_modules" / "typescript" / "bin" / "tsc", "-p", folder],
        env=project.environment, text=True, timeout=LIMIT, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def compiled(
    engine_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Project:
    return prepared(
        Project("typescript", tmp_path_factory.mktemp("typescript"), engine_environment)
    )


def zone_of(cloud: Cloud, domain: str) -> str:
    zone = cloud.create_zone(domain)
    cloud.put_records(zone, [(domain, "MX", 300, list(MX))])
    return zone


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_the_example(cloud: Cloud, compiled: Project) -> None:
    compile_(compiled, compiled.folder)
    compiled.configure(zones={domain: zone_of(cloud, domain) for domain in (DOMAIN, NET)})
    done = succeeded(compiled.up())
    assert done.outputs == {
        "ids": {
            domain: Policy(
                mode="testing", mx=[f"mail.{domain}", f"backupmx.{domain}"], max_age=604800
            ).id
            for domain in (DOMAIN, NET)
        }
    }
    assert succeeded(compiled.up()).changes == []
    compiled.forget()


def test_values_that_come_late_and_secrets(cloud: Cloud, compiled: Project) -> None:
    """max_age comes as a float; a policy is public, whatever it was made of."""
    (compiled.folder / "index.ts").write_text(TRAPS)
    compile_(compiled, compiled.folder)
    compiled.configure(zone=zone_of(cloud, DOMAIN))
    succeeded(compiled.preview())
    done = succeeded(compiled.up())
    policy = Policy(
        mode="testing",
        mx=["mail.solarmora.com", "mx1.solarmora.net", "backupmx.solarmora.com"],
        max_age=86400,
    )
    assert done.outputs == {"id": policy.id, "policy": policy.render().decode()}
    assert "[secret]" not in done.printed
    assert succeeded(compiled.up()).changes == []
    compiled.forget()
