"""Writes secrets that each hold one value of a tenant's: made when the first value comes, and gone
when the value goes. The service account may do this to secrets of one prefix only."""

import os
from typing import Any

from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.storage.secrets import secret_manager, secret_path

_MOST_VERSIONS = 100


async def add_value(secret: str, text: str) -> str:
    """The number of the version that holds the text from now on; the secret is made where it is not
    there. Versions before it stay until `forget_before`. Raises Unavailable."""
    from google.cloud.secretmanager_v1 import types

    await _make(secret)
    path = secret_path(secret)
    request = types.AddSecretVersionRequest.pb()(parent=path)
    request.payload.data = text.encode()
    version = await _called("AddSecretVersion", request, types.SecretVersion.pb(), parent=path)
    count("secret-accesses")
    return str(version.name.rpartition("/")[2])


async def forget_before(secret: str, version: str) -> None:
    """Destroys the versions before that one. Raises Unavailable."""
    from google.cloud.secretmanager_v1 import types

    path = secret_path(secret)
    request = types.ListSecretVersionsRequest.pb()(parent=path, page_size=_MOST_VERSIONS)
    answer = types.ListSecretVersionsResponse.pb()
    found = await _called("ListSecretVersions", request, answer, parent=path)
    destroyed = types.SecretVersion.State.DESTROYED
    for each in found.versions:
        if int(each.name.rpartition("/")[2]) < int(version) and each.state != destroyed:
            gone = types.DestroySecretVersionRequest.pb()(name=each.name)
            await _called("DestroySecretVersion", gone, types.SecretVersion.pb(), name=each.name)


async def delete_secret(secret: str) -> None:
    """Deletes the secret with all its versions, where it is there. Raises Unavailable."""
    from google.cloud.secretmanager_v1 import types
    from google.protobuf.empty_pb2 import Empty

    path = secret_path(secret)
    request = types.DeleteSecretRequest.pb()(name=path)
    await _called("DeleteSecret", request, Empty, unless="NOT_FOUND", name=path)


async def _make(secret: str) -> None:
    from google.cloud.secretmanager_v1 import types

    parent = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}"
    request = types.CreateSecretRequest.pb()(parent=parent, secret_id=secret)
    request.secret.replication.automatic.SetInParent()
    answer = types.Secret.pb()
    await _called("CreateSecret", request, answer, unless="ALREADY_EXISTS", parent=parent)


async def _called(
    method: str, request: Any, answer: Any, *, unless: str = "", **routed: Any
) -> Any:
    """What Secret Manager answers; nothing where it refuses with the code `unless`."""
    from grpc.aio import AioRpcError

    try:
        return await secret_manager().call(method, request, answer, **routed)
    except AioRpcError as error:
        if unless and error.code().name == unless:
            return None
        raise Unavailable("a secret cannot be written now") from error
