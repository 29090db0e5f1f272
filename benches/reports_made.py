"""The reports that are measured: made anew for each measurement, always the same ones."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOMAINS, SENDERS, DAYS = 500, 20, 28
FAILING = 10
"""Of so many reports, one tells of failures."""
LARGE = 100_000_000
"""Bytes."""


def small(number: int) -> dict[str, Any]:
    """A report as large senders send it."""
    domain, day = f"domain{number % DOMAINS}.example", f"2026-01-{1 + number % DAYS:02}"
    failed = 0 if number % FAILING else 3
    return {
        "organization-name": f"Sender {number % SENDERS} Inc.",
        "date-range": {
            "start-datetime": f"{day}T00:00:00Z",
            "end-datetime": f"{day}T23:59:59Z",
        },
        "contact-info": "smtp-tls-reporting@sender.example",
        "report-id": f"{day}T00:00:00Z_{domain}_{number}",
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": [
                        "version: STSv1",
                        "mode: testing",
                        f"mx: mx1.{domain}",
                        f"mx: mx2.{domain}",
                        "max_age: 604800",
                    ],
                    "policy-domain": domain,
                    "mx-host": [f"mx1.{domain}", f"mx2.{domain}"],
                },
                "summary": {
                    "total-successful-session-count": 97,
                    "total-failure-session-count": failed,
                },
                "failure-details": [failure(number, f"mx2.{domain}", failed)] if failed else [],
            }
        ],
    }


def failure(number: int, mx: str, sessions: int) -> dict[str, Any]:
    """Sessions that failed, from one address to another."""
    return {
        "result-type": "certificate-expired",
        "sending-mta-ip": f"192.0.2.{number % 256}",
        "receiving-mx-hostname": mx,
        "receiving-ip": f"198.51.100.{number // 256 % 256}",
        "failed-session-count": sessions,
    }


def write_small(folder: Path, count: int) -> None:
    """So many small reports, each gzip in a file of its own."""
    folder.mkdir()
    for number in range(count):
        report = small(number)
        domain = report["policies"][0]["policy"]["policy-domain"]
        name = f"sender.example!{domain}!{number}!{number + 1}.json.gz"
        (folder / name).write_bytes(gzip.compress(json.dumps(report).encode()))


def large(size: int = LARGE) -> Iterator[bytes]:
    """One report of at least so many bytes, in pieces: of many failures."""
    head = small(FAILING - 1)
    policy = head["policies"][0]
    policy["failure-details"] = []
    before, after = json.dumps(head).encode().split(b'"failure-details": []')
    yield before + b'"failure-details": ['
    written, number = 0, 0
    while written < size:
        details = ",\n".join(json.dumps(failure(number + n, "mx.example", 1)) for n in range(1000))
        piece = f"{',' if number else ''}{details}".encode()
        yield piece
        written += len(piece)
        number += 1000
    yield b"]" + after


def write_large(plain: Path, packed: Path) -> None:
    """The large report, plain and as gzip."""
    with plain.open("wb") as file, gzip.open(packed, "wb", compresslevel=6) as packing:
        for piece in large():
            file.write(piece)
            packing.write(piece)
