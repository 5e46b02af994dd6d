"""The build of an image, by Pulumi's own host for it: a process that knows nothing of the
checkout."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp.web
import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto.provider_pb2 import CreateRequest
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from ruamel.yaml import YAML

from infra.cloud_build import ImageBuilder
from infra.images import BUILD_ENVIRONMENT
from infra.preview.graph import ROOT, graph_of_stack
from tests.infra.building import DIGEST, RUNTIME, Google


@pytest.fixture
async def google() -> AsyncIterator[Google]:
    answers = Google()
    runner = aiohttp.web.AppRunner(answers.app())
    await runner.setup()
    site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    answers.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield answers
    await runner.cleanup()


@dataclass(frozen=True)
class Host:
    """Pulumi's own host of such providers, started where Pulumi starts it. It reads the file
    `credentials` for each build."""

    port: int
    credentials: Path


@pytest.fixture(scope="module")
async def host(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Host]:
    file = tmp_path_factory.mktemp("host") / "credentials.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "pulumi.dynamic"),
        cwd=ROOT / str(YAML(typ="safe").load(ROOT / "Pulumi.yaml")["main"]),
        env={"PATH": os.environ["PATH"], "GOOGLE_APPLICATION_CREDENTIALS": str(file)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    yield Host(int(await process.stdout.readline()), file)
    process.kill()
    await process.wait()


@pytest.fixture
def credentials(google: Google, host: Host) -> Host:
    """The host with a service account's key file, as a deployment's own credentials may be."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {
        "type": "service_account",
        "project_id": "assent-dev",
        "private_key_id": "one",
        "private_key": pem,
        "client_email": "deployer@assent-dev.iam.gserviceaccount.com",
        "token_uri": f"{google.url}/token",
    }
    host.credentials.write_text(json.dumps(account))
    return host


def inputs_of_image(google: Google) -> dict[str, Any]:
    """What the program gives Pulumi for the image, with this machine as Google."""
    given = dict(graph_of_stack("dev").named("images/runtime-image").inputs)
    del given["__provider"]
    return given | {"run_api": google.url, "build_api": google.url}


async def build(
    inputs: Mapping[str, Any], host: Host, *, longest: float = 30, settling: float = 30
) -> dict[str, Any]:
    """What the host answers."""
    builder = ImageBuilder(longest=longest, settling=settling, pause=0.01)
    return await asyncio.to_thread(_create, host.port, inputs, builder)


def _create(port: int, inputs: Mapping[str, Any], builder: ResourceProvider) -> dict[str, Any]:
    properties = Struct()
    provider = serialize_provider(builder)
    properties.update({**inputs, "__provider": provider})
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        create = ResourceProviderStub(channel).Create
        made = create(CreateRequest(properties=properties), timeout=30)
    return {"id": made.id, "outs": MessageToDict(made.properties)}


async def test_an_image_is_built_from_the_archive(google: Google, credentials: Host) -> None:
    inputs = inputs_of_image(google)
    built = await build(inputs, credentials)
    assert built["outs"]["image"] == f"{inputs['image_uri']}@{DIGEST}" == built["id"]
    assert built["outs"]["runtime_image"] == RUNTIME
    (submitted,) = google.submitted
    assert submitted == {
        "path": "/v2/projects/assent-dev/locations/us-central1/builds:submit",
        "storageSource": {"bucket": "assent-dev-sources", "object": inputs["archive"]},
        "imageUri": "us-central1-docker.pkg.dev/assent-dev/functions/runtime",
        "serviceAccount": (
            "projects/assent-dev/serviceAccounts/builder@assent-dev.iam.gserviceaccount.com"
        ),
        "buildpackBuild": {
            "functionTarget": "api",
            "baseImage": RUNTIME,
            "enableAutomaticUpdates": True,
            "environmentVariables": BUILD_ENVIRONMENT,
        },
    }
    assert google.tokens == ["Bearer a-token"]


async def test_a_build_that_fails_says_why(google: Google, credentials: Host) -> None:
    google.outcomes = [{"done": True, "error": {"message": "no such package"}}]
    with pytest.raises(grpc.RpcError, match="the build failed: no such package"):
        await build(inputs_of_image(google), credentials)


async def test_a_build_without_end_is_given_up(google: Google, credentials: Host) -> None:
    google.outcomes = [{"done": False}]
    with pytest.raises(grpc.RpcError, match="the build was not done within 1 seconds"):
        await build(inputs_of_image(google), credentials, longest=1)


@pytest.mark.parametrize(
    "refusal",
    [
        "Permission 'iam.serviceaccounts.actAs' denied on builder",
        "Cloud Build API has not been used. If you enabled this API recently, wait a few minutes",
    ],
)
async def test_a_grant_or_an_api_that_is_not_known_yet_is_waited_for(
    google: Google, credentials: Host, refusal: str
) -> None:
    google.refusals = [(403, refusal)] * 3
    built = await build(inputs_of_image(google), credentials)
    assert built["outs"]["image"].endswith(DIGEST)


async def test_a_grant_that_never_comes_is_told(google: Google, credentials: Host) -> None:
    google.refusals = [(403, "Permission denied on builder")] * 1000
    with pytest.raises(grpc.RpcError, match="answered 403: Permission denied on builder"):
        await build(inputs_of_image(google), credentials, settling=1)


async def test_a_build_goes_on_while_nobody_can_say_how_far_it_is(
    google: Google, credentials: Host
) -> None:
    google.outcomes.insert(0, {"status": 503})
    built = await build(inputs_of_image(google), credentials)
    assert built["outs"]["image"].endswith(DIGEST)


async def test_a_refused_build_says_what_google_said(google: Google, credentials: Host) -> None:
    inputs = inputs_of_image(google) | {"run_api": f"{google.url}/nowhere"}
    with pytest.raises(grpc.RpcError, match="builds:submit answered 404"):
        await build(inputs, credentials)


@pytest.mark.parametrize(
    ("name", "value", "rebuilds"),
    [
        ("archive", "runtime/other.zip", True),
        ("function_target", "other", True),
        ("base_image", "other", True),
        ("environment", {}, True),
        ("run_api", "https://other.example", False),
        ("__provider", "pickled otherwise", False),
    ],
)
def test_an_image_is_built_again_when_what_it_is_built_from_changes(
    name: str, value: object, rebuilds: bool
) -> None:
    given = dict(graph_of_stack("dev").named("images/runtime-image").inputs)
    changed = ImageBuilder().diff("", given, {**given, name: value})
    assert (changed.changes, changed.replaces) == (rebuilds, [name] if rebuilds else [])
