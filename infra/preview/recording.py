"""The parts of Pulumi's engine and provider that a recording needs."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pulumi.runtime import mocks, resource, rpc
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.stack import run_pulumi_func

from infra.preview.graph import Resource
from infra.settings import Settings

PROJECT_NUMBER = "123456789012"


def record(program: Callable[[], None], settings: Settings, warnings: list[str]) -> list[Resource]:
    """Every resource that the program registers, in any order; its warnings are added to
    `warnings`. Raises what the program raises."""
    monitor = _Monitor(_Google(settings))
    mocks.set_mocks(
        _Google(settings),
        project="assent",
        stack=settings.environment,
        logger=_logger(warnings),
        monitor=monitor,
    )
    with _no_stack_traces():
        asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
    return monitor.registered


@contextmanager
def _no_stack_traces() -> Iterator[None]:
    """An engine shows where a program declares each resource. Nobody asks a recording, and to tell
    takes a third of its time."""
    name = "_get_stack_trace"
    told = getattr(resource, name, None)
    setattr(resource, name, StackTrace)
    try:
        yield
    finally:
        if told is not None:
            setattr(resource, name, told)


class _Monitor(mocks.MockMonitor):
    """Keeps the registered resources, with fields that Pulumi's own recording leaves out."""

    def __init__(self, provider: mocks.Mocks) -> None:
        super().__init__(provider)
        self.registered: list[Resource] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's name for it
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.registered.append(
                Resource(
                    urn=response.urn,
                    type=request.type,
                    name=request.name,
                    inputs=_plain(rpc.deserialize_properties(request.object)),
                    parent=request.parent,
                    after=tuple(request.dependencies),
                    protected=request.protect,
                )
            )
        return response


class _Google(mocks.Mocks):
    """Answers with the outputs that Google would add to the inputs, as far as other resources need
    them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token == "gcp:organizations/getProject:getProject":  # noqa: S105 - Pulumi's word
            return {"number": PROJECT_NUMBER, "projectId": self._settings.project}
        raise LookupError(f"the preview knows no answer to {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = {**args.inputs, **self._made_of(args.typ, args.inputs)}
        return str(outputs.get("id") or outputs.get("name") or args.name), outputs

    def _made_of(self, type: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The outputs that Google adds to the inputs of a resource, as far as another resource
        needs them."""
        project, region = self._settings.project, self._settings.region
        place, name = f"projects/{project}", inputs.get("name")
        match type.removeprefix("gcp:"):
            case "serviceaccount/account:Account":
                email = f"{inputs['accountId']}@{project}.iam.gserviceaccount.com"
                path = f"{place}/serviceAccounts/{email}"
                return {"id": path, "name": path, **_principal(email)}
            case "projects/serviceIdentity:ServiceIdentity":
                service = inputs["service"].removesuffix(".googleapis.com")
                agent = f"service-{PROJECT_NUMBER}@gcp-sa-{service}.iam.gserviceaccount.com"
                return _principal(agent)
            case "sql/databaseInstance:DatabaseInstance":
                return {"connectionName": f"{project}:{region}:{name}"}
            case "secretmanager/secret:Secret":
                path = f"{place}/secrets/{inputs['secretId']}"
                return {"id": path, "name": path}
            case "pulumi-python:dynamic/assent:Image":
                image = f"{inputs['image_uri']}@sha256:{'0' * 64}"
                return {"image": image, "runtime_image": inputs["base_image"]}
            case "pubsub/topic:Topic":
                return {"id": f"{place}/topics/{name}"}
            case "pubsub/subscription:Subscription":
                return {"id": f"{place}/subscriptions/{name}"}
        return {}


def _logger(warnings: list[str]) -> logging.Logger:
    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            warnings.append(record.getMessage())

    # Not a logger that the process knows by name, because each recording keeps its own.
    logger = logging.Logger("pulumi", level=logging.WARNING)  # noqa: LOG001
    logger.addHandler(Kept())
    return logger


def _plain(value: Any) -> Any:
    """Without Pulumi's marks on what it would keep encrypted."""
    value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _principal(email: str) -> dict[str, str]:
    return {"email": email, "member": f"serviceAccount:{email}"}
