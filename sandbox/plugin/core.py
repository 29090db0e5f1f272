"""The provider protocol, the same for every resource type."""

import threading
from collections.abc import Iterator
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.plugin import naming
from sandbox.plugin.compare import MISSING, Change, Comparison, refreshed, with_defaults
from sandbox.plugin.errors import Refused
from sandbox.plugin.package import Api, Package
from sandbox.plugin.resource import Made, Operation, Resource
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import DEFAULTS, UNKNOWN, Props, dump, hidden, load, visible

Kind = provider_pb2.PropertyDiff.Kind


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Serves any number of engines, each known by its connection."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._peers: dict[str, Api] = {}
        self._lock = threading.Lock()

    # Life

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version=self._package.version)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        name = self._package.name
        allowed = self._package.schema("provider:Provider").names | {"version", "pluginDownloadURL"}
        wrong = [
            f"`{name}:{key}` is not a valid configuration key for the {name} provider. If the key"
            " is not intended for the provider, please choose a different namespace from"
            f" `{name}:`."
            for key in visible(load(request.news))
            if key not in allowed
        ]
        failures = [provider_pb2.CheckFailure(reason=words) for words in wrong]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        same = load(request.old_inputs or request.olds) == load(request.news)
        changes = provider_pb2.DiffResponse.DIFF_NONE if same else Response.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        api = self._package.configured(load(request.args))
        with self._lock:
            self._peers[context.peer()] = api
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self._api(context).cancelled.set()
        return empty_pb2.Empty()

    # Resources

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        inputs = visible(load(request.news))
        old = load(request.olds)
        shape = self._package.schema(kind.source)
        unsupported = [
            Problem((), f"{path} is not supported by the sandbox's {self._package.name} provider")
            for path in _unsupported(kind, inputs)
        ]
        problems = [*shape.problems(inputs), *unsupported]
        filled, added = with_defaults(inputs, kind.defaults)
        if kind.autoname is not None:
            options = request.autonaming if request.HasField("autonaming") else None
            name, problem = naming.named(
                kind.autoname, _urn_name(request), inputs, old, request.randomSeed, options
            )
            filled |= name
            added += name
            problems += [problem] if problem else []
        if not problems:
            problems += kind.rules(filled)
        return provider_pb2.CheckResponse(
            inputs=dump({DEFAULTS: sorted(added), **kind.recorded(filled)}),
            failures=[_failure(request, problem) for problem in problems],
        )

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        new = visible(load(request.news))
        old = _recorded(kind, visible(load(request.old_inputs)), load(request.olds), new)
        changes = _changes(kind, old, new, request.ignoreChanges)
        replacing = kind.replaces(old, new)
        detailed = {
            change.where: provider_pb2.PropertyDiff(
                kind=_kind_of(change, replace=change.key in replacing), inputDiff=True
            )
            for change in changes
        }
        keys = frozenset(change.key for change in changes)
        return provider_pb2.DiffResponse(
            changes=Response.DIFF_SOME if changes else Response.DIFF_NONE,
            replaces=sorted(keys & replacing),
            deleteBeforeReplace=bool(keys & replacing)
            and _has_given_name(kind, load(request.news)),
            diffs=sorted(keys),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            stables=sorted(kind.computed - kind.volatile),
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        inputs = visible(load(request.properties))
        if request.preview:
            unknown = {key: UNKNOWN for key in kind.computed if key not in inputs}
            return provider_pb2.CreateResponse(properties=_outputs(kind, {**unknown, **inputs}))
        op = self._operation(request, context)
        with self._package.doing(_what("creating", kind, inputs)):
            made = kind.create(op, inputs)
        outputs = _outputs(kind, made.state)
        return provider_pb2.CreateResponse(id=made.identifier, properties=outputs)

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        state = visible(load(request.properties))
        old = load(request.inputs)
        op = self._operation(request, context)
        with self._package.doing(_what("reading", kind, state, request.id)):
            made = kind.read(op, request.id, state)
        if made is None:
            return provider_pb2.ReadResponse()
        shape = self._package.schema(kind.source)
        return provider_pb2.ReadResponse(
            id=made.identifier,
            properties=_outputs(kind, made.state),
            inputs=dump(_refreshed_inputs(kind, old, made, shape.names)),
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        state = visible(load(request.olds))
        new = visible(load(request.news))
        if request.preview:
            old = visible(load(request.old_inputs))
            planned = _planned(kind, state, old, new)
            return provider_pb2.UpdateResponse(properties=_outputs(kind, planned))
        op = self._operation(request, context)
        with self._package.doing(_what("updating", kind, state, request.id)):
            made = kind.update(op, request.id, state, new)
        return provider_pb2.UpdateResponse(properties=_outputs(kind, made.state))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        kind = self._kind(request)
        state = visible(load(request.properties))
        op = self._operation(request, context)
        with self._package.doing(_what("deleting", kind, state, request.id)):
            kind.delete(op, request.id, state)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        result = self._package.call(request.tok, self._api(context), load(request.args))
        response: dict[str, Any] = {"return": dump(result)}
        return provider_pb2.InvokeResponse(**response)

    def _api(self, context: grpc.ServicerContext) -> Api:
        with self._lock:
            api = self._peers.get(context.peer())
        if api is None:
            raise Refused(f"the {self._package.name} provider is not configured")
        return api

    def _operation(self, request: Any, context: grpc.ServicerContext) -> Operation[Api]:
        api = self._api(context)
        return Operation(api, request.timeout, api.cancelled)

    def _kind(self, request: Any) -> Resource:
        return self._package.resource(request.urn.split("::")[2].rpartition("$")[2])


Response = provider_pb2.DiffResponse


def _recorded(kind: Resource, inputs: Props, state: Props, new: Props) -> Props:
    """The inputs of an import lack what has a default, and a program may give what the API has
    chosen so far: both are as the state says, and so is what the API has filled in."""
    known = {*kind.defaults, *(kind.computed & new.keys()), *kind.reflected} & state.keys()
    return {**{key: state[key] for key in known}, **inputs}


def _outputs(kind: Resource, state: Props) -> Any:
    return dump(hidden(state, kind.secret))


def _what(verb: str, kind: Resource, props: Props, identifier: str = "") -> str:
    name = kind.name(props, identifier)
    return f"{verb} {kind.label} ({name})" if name else f"{verb} {kind.label}"


def _has_given_name(kind: Resource, news: Props) -> bool:
    """Whether a name that could be the provider's is the program's: two cannot have it at once."""
    rule = kind.autoname
    return rule is not None and rule.random and rule.key in {*news} - {*news.get(DEFAULTS, [])}


def _urn_name(request: Any) -> str:
    return str(request.urn.split("::", 3)[3])


def _failure(request: Any, problem: Problem) -> provider_pb2.CheckFailure:
    words = problem.words
    if problem.path:
        words += f". Examine values at '{_urn_name(request)}.{problem.where}'."
    return provider_pb2.CheckFailure(reason=words)


def _unsupported(kind: Resource, inputs: Props, path: str = "") -> Iterator[str]:
    for key, value in inputs.items():
        inner = f"{path}.{key}".removeprefix(".")
        if inner in kind.unsupported:
            yield inner
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _unsupported(kind, item, inner)


def _changes(kind: Resource, old: Props, new: Props, ignored: Any = ()) -> list[Change]:
    found = Comparison(kind.sets, kind.keeps).changes(kind.normal(old), kind.normal(new))
    return [
        change
        for change in found
        if not any(change.where == path or change.key == path for path in ignored)
    ]


def _kind_of(change: Change, *, replace: bool) -> Any:
    if change.old is MISSING:
        return Kind.ADD_REPLACE if replace else Kind.ADD
    if change.new is MISSING:
        return Kind.DELETE_REPLACE if replace else Kind.DELETE
    return Kind.UPDATE_REPLACE if replace else Kind.UPDATE


def _planned(kind: Resource, state: Props, old: Props, new: Props) -> Props:
    """The outputs an update will have, as far as they can be known before it."""
    keys = frozenset(change.key for change in _changes(kind, old, new))
    dropped = {key for key in old if key not in new and key not in kind.keeps}
    planned = {key: value for key, value in state.items() if key not in dropped} | new
    unknown = kind.changed(old, new, keys) if keys else frozenset()
    return planned | {key: UNKNOWN for key in unknown if key not in new}


def _refreshed_inputs(kind: Resource, old: Props, made: Made, names: frozenset[str]) -> Props:
    actual = {key: value for key, value in made.state.items() if key in names}
    inputs = refreshed(visible(old), actual, Comparison(kind.sets, kind.keeps), kind.defaults)
    same = {
        key: value
        for key, value in visible(old).items()
        if key in inputs and not _changes(kind, visible(old), {**visible(old), key: inputs[key]})
    }
    return {DEFAULTS: old.get(DEFAULTS, []), **inputs, **same}
