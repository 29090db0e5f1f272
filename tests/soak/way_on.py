"""What a run that failed says is to be done, done as it says (docs/trouble.md)."""

import re
import shlex
from collections.abc import Iterator

from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.cloud import Cloud
from tests.soak.engine import Engine

LOCKED = "the stack is currently locked"
IMPORT = re.compile(r"^ +pulumi (import --protect=false .*)$", re.MULTILINE)
OUR_RECORD = re.compile(r"(\S+) already has the (\w+) record .* run that was killed")
THERE = re.compile(r"(\w+) \(([^)]*)\) is there already")
NAMED = re.compile(r"(\w+) '([^']*)'|(aliases) \['([^']*)'\]")
CLOUDFLARE_ID = "<id of the record>"


def follow(printed: str, cloud: Cloud, engine: Engine, zones: dict[str, str]) -> list[str]:
    """Do what is said before `pulumi up` is run again; what that was."""
    done = []
    if LOCKED in printed:
        done.append(f"pulumi cancel{engine.command('cancel', '--yes')}")
    for line in IMPORT.findall(printed):
        words = _with_ids(shlex.split(line), cloud)
        done.append(f"pulumi import{engine.command(*words, '--yes', '--skip-preview')}")
    if not done:
        done += [f"deleted {what}" for what in _deleted(printed, cloud, zones)]
    return done


def _with_ids(words: list[str], cloud: Cloud) -> list[str]:
    """The command, with the id that a user would look up at Cloudflare."""
    if CLOUDFLARE_ID not in words[-1]:
        return words
    zone = words[-1].partition("/")[0]
    kind = "TXT" if words[-2].endswith("-txt") else "CNAME"
    with LOCK:
        records = cloud.cloudflare.zones[zone].records.values()
        start = "_mta-sts." if kind == "TXT" else "mta-sts."
        (found,) = (
            each.id for each in records if each.type == kind and each.name.startswith(start)
        )
    return [*words[:-1], f"{zone}/{found}"]


def _deleted(printed: str, cloud: Cloud, zones: dict[str, str]) -> Iterator[str]:
    """Delete what the messages say is there already, by its name; what it was."""
    for name, kind in dict.fromkeys(OUR_RECORD.findall(printed)):
        yield _delete_record(cloud, zones, name, kind)
    for kind, told in dict.fromkeys(THERE.findall(printed)):
        named = {each[0] or each[2]: each[1] or each[3] for each in NAMED.findall(told)}
        yield _delete(cloud, zones, kind, named)


def _delete_record(cloud: Cloud, zones: dict[str, str], name: str, kind: str) -> str:
    zone = next(zone for domain, zone in zones.items() if name.endswith(f".{domain}"))
    cloud.delete_records(zone, [(name, kind)])
    return f"{kind} {name}"


def _delete(cloud: Cloud, zones: dict[str, str], kind: str, named: dict[str, str]) -> str:
    account = cloud.cloudflare
    with LOCK:
        match kind:
            case "DnsRecord":
                return _delete_record(cloud, zones, named["name"], named["type"])
            case "Distribution":
                distributions = backends.cloudfront().distributions
                (found,) = (
                    key for key, each in distributions.items() if named["aliases"] in each.aliases
                )
                del distributions[found]
            case "WorkersCustomDomain":
                (domain,) = (
                    each
                    for each in account.worker_domains.values()
                    if each.hostname == named["hostname"]
                )
                account.remove_worker_domain(domain)
            case "R2CustomDomain":
                for bucket in account.buckets.values():
                    if held := bucket.domains.pop(named["domain"], None):
                        account.zones[held.zone_id].remove(held.record_id)
            case "R2Bucket":
                del account.buckets[named["name"]]
            case _:
                raise NotImplementedError(f"{kind}: {named}")
    return f"{kind} {named}"
