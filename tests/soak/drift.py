"""What other hands do behind Pulumi's back."""

from typing import TYPE_CHECKING

from mta_sts.protocol import Policy
from mta_sts.protocol.policy import policy_id
from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from tests.sandbox import cloudflare_site

if TYPE_CHECKING:
    from tests.soak.play import Play

FOREIGN = "20260117T000000"
BODY = Policy(mode="testing", mx=["nobody.example"], max_age=86400)
SAYS = "overwritten"
WORKER = "mta-sts-test-worker"
FILES = ("aws:s3/bucketObjectv2:BucketObjectv2",)


def parts(domain: str, what: str) -> set[str]:
    """The names of the resources that a part of a domain may be."""
    return {
        "file": {f"{domain}-policy", f"{domain}-r2-policy", "worker-script"},
        "name": {f"{domain}-cname", f"{domain}-r2-domain", f"{domain}-worker-domain"},
        "txt": {f"{domain}-txt"},
    }[what]


def happens(play: "Play", domain: str, what: str) -> None:
    """The policy file is overwritten; or the record is edited, or deleted."""
    watched, name = play.watchers.watched[domain], f"_mta-sts.{domain}"
    zone = play.zones[domain]
    if what == "object" and play.model.domains[domain].host.startswith("worker"):
        for each in play.watchers.watched.values():  # they share it
            each.by_hand.add(policy_id(SAYS.encode()))
        cloudflare_site.upload(play.cloud, WORKER, says=SAYS)
    elif what == "object":
        watched.by_hand.add(BODY.id)
        _overwrite(play, domain)
    elif what == "edited":
        watched.by_hand.add(FOREIGN)
        play.cloud.put_records(zone, [(name, "TXT", 300, [_text(play, zone)])])
    else:
        play.cloud.delete_records(zone, [(name, "TXT")])


def foreign(play: "Play", domain: str) -> None:
    """The record of another stack."""
    zone = play.zones[domain]
    play.watchers.watched[domain].by_hand.add(FOREIGN)
    play.blind = True
    play.cloud.put_records(zone, [(f"_mta-sts.{domain}", "TXT", 300, [_text(play, zone)])])


def _text(play: "Play", zone: str) -> str:
    text = f"v=STSv1; id={FOREIGN};"
    return f'"{text}"' if zone in play.cloud.cloudflare.zones else text


def _overwrite(play: "Play", domain: str) -> None:
    body = BODY.render()
    for each in play.engine.state()["resources"]:
        if each["type"] not in FILES or not each["urn"].split("::", 3)[-1].startswith(domain):
            continue
        bucket, key = each["outputs"]["bucket"], each["outputs"]["key"]
        s3 = play.cloud.client("s3")
        with LOCK:
            at_r2 = bucket not in backends.s3().buckets
        if at_r2:
            s3 = cloudflare_site.s3(play.cloud)
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/plain")
