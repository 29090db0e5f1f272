"""Route 53's rules for a change batch."""

from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import answers, change, refusal

NAME = "_mta-sts.example.com"


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_zone("example.com")


def refused(cloud: Cloud, zone: str, *changes: Any, ttl: int = 300) -> str:
    with pytest.raises(ClientError) as caught:
        change(cloud, zone, *changes, ttl=ttl)
    assert refusal(caught.value) == ("InvalidChangeBatch", 400)
    return str(caught.value.response["Error"]["Message"])


def test_create_over_an_existing_record(cloud: Cloud, zone: str) -> None:
    change(cloud, zone, ("CREATE", NAME, "TXT", ['"a"']))
    for value in ('"a"', '"b"'):
        assert refused(cloud, zone, ("CREATE", f"{NAME}.", "TXT", [value])) == (
            "[Tried to create resource record set [name='_mta-sts.example.com.', type='TXT'] "
            "but it already exists]"
        )
    assert answers(cloud, NAME, "TXT") == ['"a"']


def test_upsert_replaces_and_deleted_records_can_be_made_again(cloud: Cloud, zone: str) -> None:
    change(cloud, zone, ("UPSERT", NAME, "TXT", ['"a"']))
    change(cloud, zone, ("UPSERT", NAME.upper(), "TXT", ['"b"']))
    assert answers(cloud, NAME, "TXT") == ['"b"']
    change(cloud, zone, ("DELETE", NAME, "TXT", ['"b"']))
    assert answers(cloud, NAME, "TXT") == []
    change(cloud, zone, ("CREATE", NAME, "TXT", ['"b"']))
    assert answers(cloud, NAME, "TXT") == ['"b"']


def test_delete_wants_the_present_values(cloud: Cloud, zone: str) -> None:
    change(cloud, zone, ("CREATE", NAME, "TXT", ['"a"']))
    present = "resource record set [name='_mta-sts.example.com.', type='TXT'] but"
    assert refused(cloud, zone, ("DELETE", NAME, "TXT", ['"b"'])) == (
        f"[Tried to delete {present} the values provided do not match the current values]"
    )
    assert "do not match" in refused(cloud, zone, ("DELETE", NAME, "TXT", ['"a"']), ttl=60)
    assert "was not found" in refused(cloud, zone, ("DELETE", f"x.{NAME}", "TXT", ['"b"']))


def test_a_batch_is_applied_whole_or_not_at_all(cloud: Cloud, zone: str) -> None:
    change(cloud, zone, ("CREATE", NAME, "TXT", ['"a"']))
    refused(
        cloud,
        zone,
        ("CREATE", "x.example.com", "A", ["192.0.2.1"]),
        ("CREATE", NAME, "TXT", ['"b"']),
    )
    assert answers(cloud, "x.example.com", "A") == []
    change(
        cloud,
        zone,
        ("CREATE", NAME, "CNAME", ["_mta-sts.provider.test."]),
        ("DELETE", NAME, "TXT", ['"a"']),
    )
    assert answers(cloud, NAME, "CNAME") == ["_mta-sts.provider.test."]


@pytest.mark.parametrize(
    ("name", "type_", "values", "words"),
    [
        (NAME, "CNAME", ["x.test."], "as it conflicts with other records"),
        ("example.com", "CNAME", ["x.test."], "is not permitted at apex in zone example.com."),
        ("x.example.com", "TXT", ["plain"], "enclosed in quotation marks"),
        ("x.example.com", "TXT", ['"a" b'], "enclosed in quotation marks"),
        ("x.example.com", "TXT", [f'"{"a" * 256}"'], "CharacterStringTooLong"),
        ("x.example.com", "A", ["mail.example.com"], "ARRDATAIllegalA"),
        ("x.example.com", "MX", ["mail.example.com"], "ARRDATAIllegalMX"),
        ("x.example.com", "TXT", ['"a"', '"a"'], "Duplicate Resource Record"),
        ("x.example.com", "CNAME", ["a.test.", "b.test."], "exactly one Resource Record"),
        ("x.example.org", "TXT", ['"a"'], "is not permitted in zone example.com."),
        ("notexample.com", "TXT", ['"a"'], "is not permitted in zone example.com."),
    ],
)
def test_refusals(
    cloud: Cloud, zone: str, name: str, type_: str, values: list[str], words: str
) -> None:
    change(cloud, zone, ("CREATE", NAME, "TXT", [f'"{"a" * 255}" "b"']))
    assert words in refused(cloud, zone, ("CREATE", name, type_, values))


def test_listing(cloud: Cloud, zone: str) -> None:
    change(
        cloud, zone, ("CREATE", "*.Example.com", "TXT", ['"w"']), ("CREATE", NAME, "TXT", ['"a"'])
    )
    route53 = cloud.client("route53")
    sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [(s["Name"], s["Type"]) for s in sets] == [
        ("example.com.", "NS"),
        ("example.com.", "SOA"),
        ("\\052.example.com.", "TXT"),
        ("_mta-sts.example.com.", "TXT"),
    ]
    assert sets[1]["ResourceRecords"][0]["Value"].endswith(" 1 7200 900 1209600 86400")
    assert answers(cloud, "anything.example.com", "TXT") == ['"w"']
    listed = route53.list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=NAME, StartRecordType="TXT", MaxItems="1"
    )
    assert listed["ResourceRecordSets"] == sets[3:]
    assert zone.startswith("Z")


def test_by_hand_is_not_in_the_log(cloud: Cloud, zone: str) -> None:
    cloud.put_records(zone, [(NAME, "TXT", 60, ['say "hi"'])])
    assert answers(cloud, NAME, "TXT") == ['"say \\"hi\\""']
    cloud.delete_records(zone, [(NAME, "TXT")])
    assert answers(cloud, NAME, "TXT") == []
    assert cloud.log == []
