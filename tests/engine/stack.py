"""A stack on the real engine, against the sandbox, with its program in the test's own process."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pulumi_aws as aws
from pulumi import automation
from pulumi.automation._stack import StackInitMode
from pulumi.automation.events import EngineEvent
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

PROJECT = "mta-sts"
_GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))
"""Else a program that is run in this process, at the port of an engine that was there before, is
told for a while that this one refuses connections."""
LOADED = (
    aws.acm.Certificate,
    aws.cloudfront.Distribution,
    aws.route53.Record,
    aws.s3.Bucket,
    aws.ses.DomainIdentity,
)
"""Of modules that load when they are first used: what goes wrong in that stays wrong, and in this
process the threads of two programs may be in it at once. So it is done before."""
COLOUR = re.compile(r"<\{%[^%]*%\}>")


@dataclass(frozen=True)
class Step:
    """One thing that the engine did, or in a preview would do, to a resource."""

    op: str
    type: str
    name: str


@dataclass
class Run:
    """What a preview, an update or a destroy did and said."""

    steps: list[Step] = field(default_factory=list)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of each resource that has a step, by its name: those it has after it."""
    messages: list[tuple[str, str, str]] = field(default_factory=list)
    """Severity, the name of the resource it is said of, and the words. Of a run that failed the
    last may be missing: what is printed is whole."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """Of the stack."""
    failed: bool = False
    printed: str = ""

    @property
    def changes(self) -> list[Step]:
        """The steps that are more than looking."""
        return [step for step in self.steps if step.op not in ("same", "read", "refresh")]

    def said(self, severity: str) -> list[str]:
        """The messages of one severity, in order."""
        return [words for each, _, words in self.messages if each == severity]

    def hear(self, event: EngineEvent) -> None:
        """Take in one of the engine's events."""
        if event.resource_pre_event:
            metadata = event.resource_pre_event.metadata
            self.steps.append(Step(str(metadata.op.value), metadata.type, _name(metadata.urn)))
            if metadata.new:
                self.inputs[_name(metadata.urn)] = dict(metadata.new.inputs or {})
        if event.res_outputs_event:
            metadata = event.res_outputs_event.metadata
            if metadata.type == "pulumi:pulumi:Stack" and metadata.new:
                self.outputs = dict(metadata.new.outputs or {})
        if event.diagnostic_event and not event.diagnostic_event.ephemeral:
            said = event.diagnostic_event
            words = COLOUR.sub("", said.message).strip()
            self.messages.append((said.severity, _name(said.urn or ""), words))


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]


UNASKED = automation.UpdateSummary("", datetime.fromtimestamp(0, UTC), "", {}, {}, "")


class Unasked(automation.Stack):
    """Runs the engine once for each thing that it is to do: what came of it the events have
    told."""

    def info(self, show_secrets: bool = True) -> automation.UpdateSummary:
        return UNASKED

    def outputs(self) -> automation.OutputMap:
        return {}


@cache
def _command() -> automation.PulumiCommand:
    """The engine, asked for its version once."""
    return automation.PulumiCommand()


class Stack:
    """One stack: its state lives in `directory`, and ends with it."""

    def __init__(self, directory: Path, environment: dict[str, str], name: str = "test") -> None:
        backend = directory / "state"
        backend.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._workspace = automation.LocalWorkspace(
            work_dir=str(directory),
            env_vars=environment,
            project_settings=automation.ProjectSettings(
                name=PROJECT,
                runtime="python",
                backend=automation.ProjectBackend(url=f"file://{backend}"),
            ),
            pulumi_command=_command(),
        )

    def preview(self, program: Callable[[], None], **options: Any) -> Run:
        """Preview the program."""
        return self._run(program, "preview", options)

    def up(self, program: Callable[[], None], **options: Any) -> Run:
        """Deploy the program, without a preview before."""
        return self._run(program, "up", options)

    def refresh(self, program: Callable[[], None], **options: Any) -> Run:
        """Read what there is into the state."""
        return self._run(program, "refresh", options)

    def destroy(self, program: Callable[[], None], **options: Any) -> Run:
        """Delete all there is."""
        return self._run(program, "destroy", options)

    def state(self) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        return list(self.export().get("resources", []))

    def export(self) -> dict[str, Any]:
        """The stack's state."""
        return dict(self._stack.export_stack().deployment or {})

    def take(self, state: dict[str, Any]) -> None:
        """Have a state that was exported, in place of its own."""
        self._stack.import_stack(automation.Deployment(version=3, deployment=state))

    @cached_property
    def _stack(self) -> Unasked:
        return Unasked(self.name, self._workspace, StackInitMode.CREATE_OR_SELECT)

    def _run(self, program: Callable[[], None], what: str, options: dict[str, Any]) -> Run:
        self._workspace.program = program
        return run(self._stack, what, **options)


def run(stack: automation.Stack, what: str, **options: Any) -> Run:
    """Have the engine do that, one of the methods of a stack."""
    run = Run()
    try:
        result = getattr(stack, what)(on_event=run.hear, color="never", **options)
    except automation.CommandError as error:
        run.failed = True
        run.printed = str(error)
    else:
        run.printed = result.stdout
    return run
