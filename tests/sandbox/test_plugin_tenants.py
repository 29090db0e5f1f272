"""The plugin's distribution tenants: what it waits for, keeps, forgets and replaces."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.cloud import Cloud
from sandbox.plugin.server import serve_in_process
from tests.sandbox.plugin_call import UNKNOWN, Plugin, refused
from tests.sandbox.tenant_site import Tenants

KIND = "DistributionTenant"


@pytest.fixture
def plugin(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    with serve_in_process() as port:
        yield Plugin(port, region="us-east-1")


@pytest.fixture
def site(cloud: Cloud) -> Tenants:
    made = Tenants(cloud)
    made.leads()
    return made


def inputs(site: Tenants, **changes: Any) -> dict[str, Any]:
    return {
        "name": "tenant",
        "distributionId": site.distribution,
        "connectionGroupId": site.group,
        "domains": [{"domain": site.host}],
        "managedCertificateRequest": {"validationTokenHost": "cloudfront"},
        **changes,
    }


def test_it_has_its_certificate(site: Tenants, plugin: Plugin) -> None:
    given = inputs(site)
    identifier, state = plugin.create(KIND, given)
    assert (
        state["customizations"]["certificate"]["arn"]
        == (site.details(identifier)["CertificateArn"])
    )
    found = plugin.refresh(KIND, identifier, state, given)
    assert found is not None
    outputs, _ = found
    assert outputs["customizations"] == state["customizations"]
    updated = plugin.update(KIND, identifier, state, {**given, "tags": {}})
    assert updated["customizations"] == state["customizations"]
    plugin.delete(KIND, identifier, updated)
    assert plugin.refresh(KIND, identifier, state, given) is None


def test_a_certificate_that_is_given_up(site: Tenants, plugin: Plugin) -> None:
    """The tenant is left in AWS: the real provider does not record it."""
    site.cloud.acm.pending = True

    def give_up() -> None:
        while site.cloud.log[-1].operation != "CreateDistributionTenant":
            time.sleep(0.05)
        site.cloud.give_up_certificates()

    threading.Thread(target=give_up, daemon=True).start()
    words = refused(plugin.create, KIND, inputs(site))
    left = site.client.get_distribution_tenant(Identifier="tenant")["DistributionTenant"]["Id"]
    assert f"CloudFront Distribution Tenant ({left}) managed certificate" in words
    assert "failed with status: validation-timed-out" in words
    assert "EntityAlreadyExists" in refused(plugin.create, KIND, inputs(site))


@pytest.mark.parametrize(
    ("changes", "replaces"),
    [
        ({"distributionId": "E0"}, ["distributionId"]),
        ({"distributionId": UNKNOWN}, ["distributionId"]),
        ({"enabled": False}, []),
        ({"domains": [{"domain": "mta-sts.example.org"}]}, []),
    ],
)
def test_what_replaces_it(
    site: Tenants, plugin: Plugin, changes: dict[str, Any], replaces: list[str]
) -> None:
    answer = plugin.diff(KIND, inputs(site), inputs(site, **changes))
    assert list(answer.replaces) == replaces
    assert answer.changes == answer.DIFF_SOME


def test_what_is_refused(site: Tenants, plugin: Plugin) -> None:
    given = inputs(site, managedCertificateRequest={"validationTokenHost": "dns"})
    _, wrong = plugin.check(KIND, given)
    assert wrong == [
        'expected validation_token_host to be one of ["cloudfront" "self-hosted"], got dns. '
        "Examine values at 'it.managedCertificateRequest.validationTokenHost'."
    ]
    _, wrong = plugin.check("MultitenantDistribution", {"comment": "x", "aliases": ["a"]})
    assert any("Missing required property 'tenantConfig'" in words for words in wrong)
    assert any("Invalid or unknown key" in words for words in wrong)
