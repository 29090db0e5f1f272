"""The calls for Workers: uploads, which are run before they are accepted, and what was uploaded."""

import hashlib
import threading
from dataclasses import replace
from typing import Any

from sandbox.aws.backends import LOCK
from sandbox.cloudflare import upload
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply
from sandbox.cloudflare.runtime import runtime
from sandbox.cloudflare.state import Version, Worker, control
from sandbox.workers import Script, ScriptError
from sandbox.workers.runtime import RuntimeMissingError

UPLOAD = "workers.scripts.update"
SECRET = "secret_text"  # noqa: S105 -- a type of binding

uploads = threading.Lock()
"""One upload at a time: LOCK is not held while a script is tried."""


def tried(call: Call) -> Call:
    """The upload's call with what it comes to, now that the script has been started."""
    try:
        with LOCK:
            script, flags = upload.parse(call)
            _refuse_unknown_buckets(script)
        handle = runtime.deploy(script)
    except Refused as refused:
        return replace(call, handler=_refusing(refused))
    except ScriptError as error:
        return replace(call, handler=_refusing(upload.invalid(str(error))))
    except (RuntimeMissingError, TimeoutError) as error:
        return replace(call, handler=_refusing(Refused(500, 10013, str(error))))
    return replace(call, handler=lambda _: _accept(Version(script, flags, handle)))


def _refusing(refused: Refused) -> Handler:
    def handler(_: Call) -> Reply | Plain:
        raise refused

    return handler


def _refuse_unknown_buckets(script: Script) -> None:
    for binding in script.bindings:
        bucket = binding.get("bucket_name", "")
        if binding.get("type") == "r2_bucket" and bucket not in control.buckets:
            raise Refused(
                400, 10085, f"R2 bucket '{bucket}' not found. Please use a different name."
            )


def _accept(version: Version) -> Reply | Plain:
    worker = control.workers.setdefault(version.script.name, Worker(version.script.name, []))
    control.retired += [each.handle for each in worker.versions[:-1]]
    worker.versions, worker.turns = [*worker.versions[-1:], version], 0
    return Reply({**_described(worker), "startup_time_ms": 1})


def retire() -> None:
    """End what is no longer served; LOCK is not held."""
    with LOCK:
        handles, control.retired = control.retired, []
    for handle in handles:
        runtime.end(handle)


def list_scripts(_: Call) -> Reply | Plain:
    return Reply([_described(worker) for worker in control.workers.values()])


def content(call: Call) -> Reply | Plain:
    return upload.modules(worker_of(call.parameters["script"]).newest.script)


def service(call: Call) -> Reply | Plain:
    """What nobody documents and the real provider reads."""
    worker = worker_of(call.parameters["script"])
    script = {"environment": "production", "script": _described(worker)}
    return Reply({"id": worker.name, "default_environment": script})


def settings(call: Call) -> Reply | Plain:
    version = worker_of(call.parameters["script"]).newest
    return Reply(
        {
            "bindings": [_shown(binding) for binding in version.script.bindings],
            "compatibility_date": version.script.compatibility_date,
            "compatibility_flags": version.flags,
            "usage_model": "standard",
            "placement": {},
            "tags": [],
            "tail_consumers": [],
            "logpush": False,
        }
    )


def delete(call: Call) -> Reply | Plain:
    """Its custom domains and routes go with it."""
    worker = worker_of(call.parameters["script"])
    for domain in list(control.worker_domains.values()):
        if domain.service == worker.name:
            control.remove_worker_domain(domain)
    for routes in control.routes.values():
        for route in list(routes.values()):
            if route.script == worker.name:
                del routes[route.id]
    control.retired += [version.handle for version in worker.versions]
    del control.workers[worker.name]
    return Reply()


def worker_of(name: object) -> Worker:
    found = control.workers.get(str(name))
    if found is None:
        raise Refused(404, 10007, "This Worker does not exist on your account.")
    return found


def _shown(binding: dict[str, str]) -> dict[str, str]:
    """A secret is never given back."""
    secret = binding.get("type") == SECRET
    return {key: value for key, value in binding.items() if not secret or key != "text"}


def _described(worker: Worker) -> dict[str, Any]:
    script = worker.newest.script
    digest = hashlib.sha256(repr(sorted(script.modules.items())).encode())
    return {
        "id": worker.name,
        "tag": worker.tag,
        "etag": digest.hexdigest(),
        "handlers": ["fetch"],
        "has_assets": False,
        "has_modules": True,
        "compatibility_date": script.compatibility_date,
        "compatibility_flags": worker.newest.flags,
        "usage_model": "standard",
        "logpush": False,
        "last_deployed_from": "api",
        "created_on": worker.created,
        "modified_on": worker.newest.modified,
    }


def _untried(_: Call) -> Reply | Plain:
    raise RuntimeError("an upload is answered by what `tried` makes of it")


SCRIPTS = "/accounts/<account_id>/workers/scripts"
SERVICES = "/accounts/<account_id>/workers/services"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", SCRIPTS, "workers.scripts.list", list_scripts),
    ("PUT", f"{SCRIPTS}/<script>", UPLOAD, _untried),
    ("GET", f"{SCRIPTS}/<script>", "workers.scripts.get", content),
    ("DELETE", f"{SCRIPTS}/<script>", "workers.scripts.delete", delete),
    ("GET", f"{SCRIPTS}/<script>/content/v2", "workers.scripts.content.get", content),
    ("GET", f"{SCRIPTS}/<script>/settings", "workers.scripts.settings.get", settings),
    ("GET", f"{SERVICES}/<script>", "workers.services.get", service),
]
