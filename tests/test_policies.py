"""The policy pack's checks, without an engine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_policy import (
    EnforcementLevel,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.policy import PolicyCustomTimeouts
from pulumi_policy.proxy import (
    UNKNOWN_STRING_VALUE,
    UnknownValueError,
    unknown_checking_proxy,
)

from policies import __main__ as pack

DOMAIN = "solarmora.com"
INPUTS = {
    "domain": DOMAIN,
    "mode": "testing",
    "mx": ["mail.solarmora.com"],
    "maxAge": 604800.0,  # as Pulumi hands numbers over
    "reports": ["mailto:tls-reports@solarmora.net"],
}
POLICIES: dict[str, ResourceValidationPolicy] = {
    policy.name: policy for policy in pack.POLICIES if isinstance(policy, ResourceValidationPolicy)
}


def schema(policy: str) -> dict[str, dict[str, Any]]:
    described = POLICIES[policy].config_schema
    assert described is not None
    return described.properties


def said(
    policy: str,
    inputs: Mapping[str, Any],
    config: Mapping[str, Any] | None = None,
    resource_type: str = pack.COMPONENT,
) -> list[str]:
    """What the policy reports of a domain that has these inputs besides the example's."""
    defaults = {key: each["default"] for key, each in schema(policy).items() if "default" in each}
    given = {key: value for key, value in {**INPUTS, **inputs}.items() if value is not None}
    reported: list[str] = []
    POLICIES[policy].validate(
        ResourceValidationArgs(
            resource_type,
            unknown_checking_proxy(given),
            "urn",
            DOMAIN,
            PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), []),
            None,
            {**defaults, **(config or {})},
        ),
        lambda message, urn: reported.append(message),
    )
    return reported


GOOD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("modes", {"mode": "testing"}, {}),
    ("modes", {"mode": "enforce"}, {}),
    ("modes", {"mode": "none"}, {"allowed": ["none"]}),
    ("max-age", {"maxAge": 604800.0}, {}),
    ("max-age", {"maxAge": 31557600.0}, {}),
    ("max-age", {"maxAge": 86400.0, "mode": "none"}, {}),  # leaving: RFC 8461 8.3
    ("max-age", {"maxAge": 86400.0}, {"floor": 86400.0, "ceiling": 86400.0}),
    ("max-age", {"maxAge": 604800.0, "mode": UNKNOWN_STRING_VALUE}, {}),  # so mode is not asked
    ("reports", {}, {}),
    ("reports", {"reports": [UNKNOWN_STRING_VALUE]}, {}),
    ("reports", {"reports": None, "mode": "none"}, {}),
    ("findings", {}, {}),
    ("findings", {"maxAge": 86400.0}, {"refused": ["max-age-short"]}),
    ("findings", {"mode": "enforce", "maxAge": 604800.0}, {}),  # its past is not asked about
    ("findings", {"mode": "none", "mx": [], "maxAge": 86400.0}, {}),
    ("findings", {"reports": None}, {}),  # so is DNS, which may have a record
    ("accept", {}, {}),
    ("accept", {"accept": {}}, {"allowed": []}),
    ("accept", {"accept": {"caa-blocks": "changed tonight, OPS-17"}}, {}),
    ("accept", {"accept": {"caa-blocks": "OPS-17"}}, {"allowed": ["caa-blocks"]}),
]

BAD: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "findings",
        {"mode": "enforce", "maxAge": 86400.0, "reports": ["mailto:tls@solarmora.com"]},
        {},
        [
            "reports-at-home: all addresses in reports lie on this domain itself: when its mail "
            "fails, so do the reports. Add one elsewhere",
            "max-age-short: max_age 1d under enforce: senders that come less often have forgotten "
            "the policy, and are open to attack. Set 7d (604800) or more (RFC 8461 3.2)",
        ],
    ),
    ("modes", {"mode": "none"}, {}, ["mode: found 'none'; allowed: testing, enforce"]),
    (
        "modes",
        {"mode": "testing"},
        {"allowed": ["enforce"]},
        ["mode: found 'testing'; allowed: enforce"],
    ),
    (
        "max-age",
        {"maxAge": 604799.0},
        {},
        ["maxAge: found 604799; allowed: 604800 to 31557600 seconds"],
    ),
    (
        "max-age",
        {"maxAge": 1209601.0},
        {"ceiling": 1209600.0},
        ["maxAge: found 1209601; allowed: 604800 to 1209600 seconds"],
    ),
    (
        "max-age",
        {"maxAge": 1209601.0, "mode": "none"},
        {"ceiling": 1209600.0},
        ["maxAge: found 1209601; allowed: 604800 to 1209600 seconds"],
    ),
    (
        "max-age",
        {"maxAge": 31557600.0, "mode": UNKNOWN_STRING_VALUE},
        {"ceiling": 1209600.0},
        ["maxAge: found 31557600; allowed: 604800 to 1209600 seconds"],
    ),
    (
        "reports",
        {"reports": None},
        {},
        ["reports: found nothing; allowed: at least one mailto: or https: address"],
    ),
    (
        "reports",
        {"reports": [], "mode": "enforce"},
        {},
        ["reports: found nothing; allowed: at least one mailto: or https: address"],
    ),
    (
        "accept",
        {"accept": {"mx-uncovered": "", "caa-blocks": " \t"}},
        {},
        [
            "accept: caa-blocks: found ' \\t'; allowed: a reason, in words",
            "accept: mx-uncovered: found ''; allowed: a reason, in words",
        ],
    ),
    (
        "accept",
        {"accept": {"mx-uncovered": "OPS-17"}},
        {"allowed": ["caa-blocks", "testing-too-short"]},
        ["accept: found mx-uncovered; allowed: caa-blocks, testing-too-short"],
    ),
    (
        "accept",
        {"accept": {"mx-uncovered": "OPS-17"}},
        {"allowed": []},
        ["accept: found mx-uncovered; allowed: nothing"],
    ),
]


@pytest.mark.parametrize(("policy", "inputs", "config"), GOOD)
def test_good(policy: str, inputs: dict[str, Any], config: dict[str, Any]) -> None:
    assert said(policy, inputs, config) == []


@pytest.mark.parametrize(("policy", "inputs", "config", "words"), BAD)
def test_bad(policy: str, inputs: dict[str, Any], config: dict[str, Any], words: list[str]) -> None:
    assert said(policy, inputs, config) == [f"{DOMAIN}: {line}" for line in words]


@pytest.mark.parametrize(
    ("policy", "inputs"),
    [
        ("modes", {"mode": UNKNOWN_STRING_VALUE}),
        ("max-age", {"maxAge": UNKNOWN_STRING_VALUE}),
        ("max-age", {"maxAge": 86400.0, "mode": UNKNOWN_STRING_VALUE}),
        ("reports", {"reports": None, "mode": UNKNOWN_STRING_VALUE}),
        ("accept", {"accept": {"caa-blocks": UNKNOWN_STRING_VALUE}}),
    ],
)
def test_what_is_unknown_is_left_to_the_sdk_to_say(policy: str, inputs: dict[str, Any]) -> None:
    with pytest.raises(UnknownValueError):
        said(policy, inputs)


def test_other_resources_are_none_of_its_business() -> None:
    for policy in POLICIES:
        assert said(policy, {"mode": UNKNOWN_STRING_VALUE}, resource_type="aws:s3/bucket:B") == []


@pytest.mark.parametrize(
    ("policy", "config", "words"),
    [
        (
            "max-age",
            {"flor": 86400.0},
            "max-age: unknown key flor; allowed: enforcementLevel, floor, ceiling",
        ),
        ("reports", {"modes": []}, "reports: unknown key modes; allowed: enforcementLevel"),
        (
            "max-age",
            {"floor": 604801.0, "ceiling": 604800.0},
            "max-age: floor 604801 is above ceiling 604800",
        ),
    ],
)
def test_a_mistake_in_the_packs_own_configuration(
    policy: str, config: dict[str, Any], words: str
) -> None:
    with pytest.raises(pack.ConfigurationError) as raised:
        said(policy, {}, config)
    assert str(raised.value) == words


def test_every_policy_and_key_is_described() -> None:
    assert [(policy.name, policy.enforcement_level) for policy in pack.POLICIES] == [
        ("modes", EnforcementLevel.ADVISORY),
        ("max-age", EnforcementLevel.ADVISORY),
        ("findings", EnforcementLevel.ADVISORY),
        ("reports", EnforcementLevel.ADVISORY),
        ("accept", EnforcementLevel.MANDATORY),
    ]
    for name in POLICIES:
        assert POLICIES[name].description.endswith(".")
        for described in schema(name).values():
            assert described["description"].endswith(".")


def test_the_pack_pins_what_it_runs_on() -> None:
    folder = Path(pack.__file__).parent
    project = yaml.safe_load((folder / "PulumiPolicy.yaml").read_text())
    assert project["runtime"]["name"] == "python"
    required = [
        line for line in (folder / "requirements.txt").read_text().splitlines() if "==" in line
    ]
    stack = (folder.parent / "requirements.in").read_text().splitlines()
    assert [line for line in required if line.startswith("pulumi==")] == [
        line for line in stack if line.startswith("pulumi==")
    ]
    assert any(line.startswith("pulumi-policy==") for line in required)
