"""`mta-sts review`, where the configuration says where reports are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mta_sts.reports.bucket import HOW
from sandbox.cloud import Cloud
from tests.commands.typed import run
from tests.reports.made import DOMAIN, policy, report

STACK = """\
config:
  mta-sts:domains:
    solarmora.com:
      mode: {mode}
      mx: [mail.solarmora.com]
      zone: route53
      reportsFrom: {place}
"""
FAILING = (
    "  error: reports-failing: TLS reports show sessions whose mail enforce would defer: "
    "2 starttls-not-supported at mx1.example; 5 succeeded. Mend these hosts first: a report counts "
    "for 14 days. Or set accept: {reports-failing: <reason>}"
)


def reviewed(folder: Path, place: str) -> tuple[list[str], int]:
    """What is said of the change from testing to enforce, but of live DNS, and the status."""
    for mode in ("testing", "enforce"):
        (folder / f"{mode}.yaml").write_text(STACK.format(mode=mode, place=place))
    old, new = folder / "testing.yaml", folder / "enforce.yaml"
    result = run("review", old, new, "--offline", "--since", "2026-01-01")
    assert result.output.startswith(f"{DOMAIN}: ") == (result.exit_code == 1)
    lines = result.output.splitlines()
    return [line for line in lines[1:] if "not-checked" not in line], result.exit_code


def of_today() -> bytes:
    """A report that counts: the command takes the time to be what it is."""
    today = datetime.now(UTC).date().isoformat().encode()
    return report(policy(mx1=2)).replace(b"2026-01-10", today)


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "a.json").write_bytes(of_today())
    lines, status = reviewed(tmp_path, str(folder))
    assert (lines, status) == ([FAILING], 1)


def test_a_bucket(tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    cloud.client("s3").create_bucket(Bucket="tls-reports")
    cloud.client("s3").put_object(Bucket="tls-reports", Key="a", Body=of_today())
    lines, status = reviewed(tmp_path, "s3://tls-reports")
    assert (lines, status) == ([FAILING], 1)


def test_a_bucket_that_cannot_be_read(
    tmp_path: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    for mode in ("testing", "enforce"):
        (tmp_path / f"{mode}.yaml").write_text(STACK.format(mode=mode, place="s3://not-there"))
    result = run("review", tmp_path / "testing.yaml", tmp_path / "enforce.yaml", "--offline")
    assert result.exit_code == 2
    assert result.output == (
        "Usage: mta-sts review [OPTIONS] OLD NEW\nTry 'mta-sts review --help' for help.\n\n"
        "Error: s3://not-there: An error occurred (NoSuchBucket) when calling the ListObjectsV2 "
        f"operation: The specified bucket does not exist. {HOW}\n"
    )
