"""`check` and two programs that others wrote, on the same domains: they agree on which policy a
sender uses, but where the RFC's words are against one of them."""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass

import pytest

from mta_sts.inspection.domain import inspect
from mta_sts.inspection.result import Inspection
from tests.commands.typed import same_as_file
from tests.inspection.cases import BROKEN, VALID, Case
from tests.inspection.differing import DIFFERING, PROGRAMS
from tests.inspection.proxy import proxying
from tests.inspection.told import GOLDEN, told
from tests.protocol.servers import DnsServer, HttpsServer, Trust

pytestmark = pytest.mark.timeout(120)

Used = list[object] | None
"""Id, mode, mx and max_age of the policy that a sender uses."""
CASES = {case.name: case for case in [*VALID, *BROKEN]}


def domain(case: Case) -> str:
    return f"{case.name}.example"


def zones(case: Case) -> dict[str, list[str]]:
    name = domain(case)
    records = [
        f"{name}. 60 IN SOA ns.{name}. hostmaster.{name}. 1 60 60 60 30",
        f"{name}. 60 IN MX 10 mail.example.org.",
        *(f'_mta-sts.{name}. 60 IN TXT "{text}"' for text in case.txt),
        *(record.replace("DOMAIN", name) for record in case.records),
    ]
    if case.host:
        records.append(f"mta-sts.{name}. 60 IN A 127.0.0.1")
    return {name: records}


def ours(seen: Inspection) -> Used:
    """What `check` says that a sender uses."""
    if seen.state not in ("enforce", "testing", "none") or seen.policy is None:
        return None
    policy = seen.policy
    return [seen.record_id, policy.mode, list(policy.mx), policy.max_age]


async def others(dns_port: int, ports: dict[str, int], trust: Trust) -> dict[str, dict[str, Used]]:
    """What the two programs say, by domain and program."""
    async with proxying(ports) as proxy:
        environment = os.environ | {
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy}",
            "SSL_CERT_FILE": str(trust.file),
            "REQUESTS_CA_BUNDLE": str(trust.file),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.inspection.others", str(dns_port)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
        )
        domains = "\n".join(map(domain, CASES.values()))
        printed, _ = await process.communicate(domains.encode())
        found: dict[str, dict[str, Used]] = json.loads(printed)
        return found


@dataclass(frozen=True)
class Asked:
    """By case and program, the policy that each would use; and all that `check` finds, as text."""

    used: dict[str, dict[str, Used]]
    text: str


async def ask_all(trust: Trust) -> Asked:
    async with contextlib.AsyncExitStack() as stack:
        ports: dict[str, int] = {}
        for case in CASES.values():
            host = f"mta-sts.{domain(case)}"
            server = HttpsServer(case.serves, case.tls(trust, host) if case.tls else None)
            if case.host:
                ports[host] = (
                    await stack.enter_async_context(server.serving()) if case.listens else 9
                )
        every = {name: records for case in CASES.values() for name, records in zones(case).items()}
        instead = {
            f"_mta-sts.{domain(case)} TXT": case.answer for case in CASES.values() if case.answer
        }
        dns_port = await stack.enter_async_context(
            DnsServer(every, instead, follows=True).serving()
        )
        found = await others(dns_port, ports, trust)
        seen = {}
        for case in CASES.values():
            port = ports.get(f"mta-sts.{domain(case)}", 9)
            seen[case.name] = await inspect(domain(case), trust.vantage(dns_port, port))
    used = {name: {"check": ours(each), **found[each.domain]} for name, each in seen.items()}
    texts = (told(name, each, around=False) for name, each in seen.items() if name != "tls-1-1")
    return Asked(used, "\n".join(texts).replace(f":{dns_port}", ":<dns>"))


@pytest.fixture(scope="module")
def asked(trust: Trust) -> Asked:
    return asyncio.run(ask_all(trust))


def test_there_are_enough_broken_ones() -> None:
    assert len(BROKEN) >= 40
    assert len(CASES) == len(VALID) + len(BROKEN)
    assert set(DIFFERING) <= set(CASES)


@pytest.mark.parametrize("case", [case.name for case in VALID])
def test_a_valid_policy_is_used(asked: Asked, case: str) -> None:
    assert asked.used[case]["check"] is not None


@pytest.mark.parametrize("case", [case.name for case in BROKEN])
def test_a_broken_one_is_not(asked: Asked, case: str) -> None:
    assert asked.used[case]["check"] is None


@pytest.mark.parametrize("case", CASES)
def test_others_agree(asked: Asked, case: str) -> None:
    differing, _ = DIFFERING.get(case, ((), ""))
    said = asked.used[case]
    assert [name for name in PROGRAMS if said[name] != said["check"]] == list(differing)


def test_what_is_found(asked: Asked) -> None:
    same_as_file(GOLDEN / "policies.txt", asked.text)
