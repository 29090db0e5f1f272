"""The rules by which an R2 bucket deletes what is old, as the Cloudflare plugin makes them."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.cloud import Cloud
from sandbox.plugin.cloudflare import CLOUDFLARE
from tests.sandbox.plugin_call import Plugin, refused, served


@pytest.fixture
def plugin(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    with served(CLOUDFLARE) as connected:
        yield connected


def rules(account: str, kind: str, age: int) -> dict[str, Any]:
    after = {"condition": {"type": kind, "maxAge": age}}
    rule = {"id": "expire", "enabled": True, "conditions": {"prefix": ""}}
    return {
        "accountId": account,
        "bucketName": "policies",
        "rules": [{**rule, "deleteObjectsTransition": after}],
    }


def test_the_rules_of_a_bucket(cloud: Cloud, plugin: Plugin) -> None:
    account = cloud.cloudflare.account
    bucket, state = plugin.create("R2Bucket", {"accountId": account, "name": "policies"})

    year, week = rules(account, "Age", 31536000), rules(account, "Age", 604800)
    identifier, seen = plugin.create("R2BucketLifecycle", year)
    assert identifier == f"{account}__policies"
    refreshed = plugin.refresh("R2BucketLifecycle", identifier, seen, year)
    assert refreshed is not None
    assert refreshed[1] == {**year, "jurisdiction": "default"}
    seen = plugin.update("R2BucketLifecycle", identifier, seen, week)
    assert seen["rules"] == week["rules"]
    _, (wrong,) = plugin.check("R2BucketLifecycle", rules(account, "Size", 1))
    assert wrong.startswith(
        "Invalid Attribute Value Match. Attribute rules[0].delete_objects_transition.condition.type"
        ' value must be one of: ["\\"Age\\"" "\\"Date\\""], got: "Size".'
    )
    assert "does not support import" in refused(plugin.read, "R2BucketLifecycle", identifier)

    plugin.delete("R2BucketLifecycle", identifier, seen)
    kept = plugin.refresh("R2BucketLifecycle", identifier, seen, week)
    assert kept is not None, "as with the real provider, the rules stay in force"
    plugin.delete("R2Bucket", bucket, state)
    assert plugin.refresh("R2BucketLifecycle", identifier, seen, week) is None
