"""Pulumi's engine and provider as far as a recording needs them."""

import asyncio
from collections.abc import Callable
from typing import Any

from pulumi.runtime import mocks, rpc
from pulumi.runtime.stack import run_pulumi_func

from infra.preview.graph import Resource
from infra.settings import Settings

PROJECT_NUMBER = "123456789012"


def record(program: Callable[[], None], settings: Settings) -> list[Resource]:
    """Every resource the program registers, in order. Raises what the program raises."""
    monitor = _Monitor(_Google(settings))
    mocks.set_mocks(
        _Google(settings), project="assent", stack=settings.environment, monitor=monitor
    )
    asyncio.get_event_loop().run_until_complete(run_pulumi_func(program))
    return monitor.registered


class _Monitor(mocks.MockMonitor):
    """Keeps what is registered, with what Pulumi's own recording leaves out."""

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
                    inputs=rpc.deserialize_properties(request.object),
                    parent=request.parent,
                    after=tuple(request.dependencies),
                    protected=request.protect,
                )
            )
        return response


class _Google(mocks.Mocks):
    """Answers with what Google would make of the inputs, as far as other resources ask."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token == "gcp:organizations/getProject:getProject":  # noqa: S105 - Pulumi's word
            return {"number": PROJECT_NUMBER, "projectId": self._settings.project}
        raise LookupError(f"the preview knows no answer to {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        outputs = dict(args.inputs)
        if args.typ == "gcp:serviceaccount/account:Account":
            email = f"{args.inputs['accountId']}@{self._settings.project}.iam.gserviceaccount.com"
            outputs |= {"email": email, "member": f"serviceAccount:{email}"}
        return _identity(args, self._settings), outputs


def _identity(args: mocks.MockResourceArgs, settings: Settings) -> str:
    name = str(args.inputs.get("name", args.name))
    kinds = {
        "gcp:pubsub/topic:Topic": f"projects/{settings.project}/topics/{name}",
        "gcp:pubsub/subscription:Subscription": f"projects/{settings.project}/subscriptions/{name}",
    }
    return kinds.get(args.typ, name)


__all__ = ["PROJECT_NUMBER", "record"]
