"""Secrets, through Google's client."""

import asyncio
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
)
from google.cloud.secretmanager_v1 import Secret, SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcTransport,
)
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.clock import VirtualClock

PROJECT = "projects/assent-local"
AUTOMATIC: dict[str, Any] = {"replication": {"automatic": {}}}
# Google's clients take dicts for messages and give datetimes for Timestamps: their types deny it.
Client = Any


async def test_a_secret_is_read_back_as_it_was_created(
    client: Client, clock: VirtualClock, secret: Any
) -> None:
    assert secret.name == f"{PROJECT}/secrets/approvals-signing-key"
    assert dict(secret.labels) == {"owner": "approvals"}
    assert "automatic" in secret.replication
    assert (secret.etag[0], secret.etag[-1]) == ('"', '"')
    assert await client.get_secret(name=secret.name) == secret


async def test_a_second_secret_of_the_same_name_is_refused(client: Client, secret: Any) -> None:
    with pytest.raises(AlreadyExists, match=r"Secret \[.*\] already exists"):
        await client.create_secret(
            request={"parent": PROJECT, "secret_id": "approvals-signing-key", "secret": AUTOMATIC}
        )


@pytest.mark.parametrize("secret_id", ["", "a.b", "a/b", "a b", "x" * 256])
async def test_a_malformed_secret_id_is_refused(client: Client, secret_id: str) -> None:
    with pytest.raises(InvalidArgument):
        await client.create_secret(
            request={"parent": PROJECT, "secret_id": secret_id, "secret": AUTOMATIC}
        )


@pytest.mark.parametrize("name", ["", "a", f"{PROJECT}/secrets", f"{PROJECT}/secrets/a/b"])
async def test_a_malformed_name_is_refused(client: Client, name: str) -> None:
    with pytest.raises(InvalidArgument, match="not in a valid format"):
        await client.get_secret(name=name)
    with pytest.raises(InvalidArgument, match="not in a valid format"):
        await client.list_secrets(parent=f"{PROJECT}/secrets/{name}")


async def test_a_secret_needs_a_replication_policy(client: Client) -> None:
    with pytest.raises(InvalidArgument, match="replication"):
        await client.create_secret(request={"parent": PROJECT, "secret_id": "a", "secret": {}})


async def test_user_managed_replication_is_kept(client: Client) -> None:
    places = {"replicas": [{"location": "us-central1"}, {"location": "us-east1"}]}
    secret = {"replication": {"user_managed": places}}
    created = await client.create_secret(
        request={"parent": PROJECT, "secret_id": "a", "secret": secret}
    )
    version = await client.add_secret_version(
        request={"parent": created.name, "payload": {"data": b"value"}}
    )
    replicas = version.replication_status.user_managed.replicas
    assert [replica.location for replica in replicas] == ["us-central1", "us-east1"]


@pytest.mark.parametrize(
    "labels",
    [{"Upper": "a"}, {"a": "Upper"}, {"1digit": "a"}, {"": "a"}, {"a": "b c"}, {"k" * 64: "a"}],
)
async def test_malformed_labels_are_refused(client: Client, labels: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument, match="label"):
        await client.create_secret(
            request={"parent": PROJECT, "secret_id": "a", "secret": {**AUTOMATIC, "labels": labels}}
        )


async def test_labels_and_annotations_are_updated_as_the_mask_says(
    client: Client, secret: Any
) -> None:
    update = Secret(name=secret.name, labels={"owner": "agents"}, annotations={"note": "Rotated."})
    updated = await client.update_secret(
        request={"secret": update, "update_mask": FieldMask(paths=["labels"])}
    )
    assert dict(updated.labels) == {"owner": "agents"}
    assert dict(updated.annotations) == {}
    mask = FieldMask(paths=["annotations"])
    updated = await client.update_secret(request={"secret": update, "update_mask": mask})
    assert dict(updated.annotations) == {"note": "Rotated."}
    assert updated.etag != secret.etag


@pytest.mark.parametrize("paths", [[], ["replication"], ["name"], ["nonsense"]])
async def test_an_update_of_what_cannot_be_updated_is_refused(
    client: Client, secret: Any, paths: list[str]
) -> None:
    with pytest.raises(InvalidArgument):
        await client.update_secret(
            request={"secret": secret, "update_mask": FieldMask(paths=paths)}
        )


async def test_an_update_or_deletion_with_an_old_etag_fails(client: Client, secret: Any) -> None:
    mask = FieldMask(paths=["labels"])
    await client.update_secret(request={"secret": Secret(name=secret.name), "update_mask": mask})
    with pytest.raises(FailedPrecondition, match="etag"):
        await client.update_secret(request={"secret": secret, "update_mask": mask})
    with pytest.raises(FailedPrecondition, match="etag"):
        await client.delete_secret(request={"name": secret.name, "etag": secret.etag})
    current = await client.get_secret(name=secret.name)
    await client.delete_secret(request={"name": secret.name, "etag": current.etag})


async def test_a_deleted_secret_is_gone_and_its_name_is_free(client: Client, secret: Any) -> None:
    await client.add_secret_version(request={"parent": secret.name, "payload": {"data": b"old"}})
    await client.delete_secret(name=secret.name)
    with pytest.raises(NotFound):
        await client.get_secret(name=secret.name)
    with pytest.raises(NotFound):
        await client.access_secret_version(name=f"{secret.name}/versions/latest")
    await client.create_secret(
        request={"parent": PROJECT, "secret_id": "approvals-signing-key", "secret": AUTOMATIC}
    )
    version = await client.add_secret_version(
        request={"parent": secret.name, "payload": {"data": b"new"}}
    )
    assert version.name.endswith("/versions/1")


async def test_a_secret_that_never_was_is_not_found(
    client: Client,
) -> None:
    name = f"{PROJECT}/secrets/never"
    for call in (client.get_secret, client.delete_secret):
        with pytest.raises(NotFound, match="not found"):
            await call(name=name)
    with pytest.raises(NotFound):
        await client.add_secret_version(request={"parent": name, "payload": {"data": b"value"}})
    with pytest.raises(NotFound):
        await client.list_secret_versions(parent=name)
    with pytest.raises(NotFound):
        await client.update_secret(
            request={"secret": {"name": name}, "update_mask": FieldMask(paths=["labels"])}
        )


async def test_secrets_are_listed_newest_first_by_project_in_pages(
    client: Client,
) -> None:
    for number in range(5):
        await client.create_secret(
            request={"parent": PROJECT, "secret_id": f"s{number}", "secret": AUTOMATIC}
        )
    await client.create_secret(
        request={"parent": "projects/other", "secret_id": "other", "secret": AUTOMATIC}
    )
    pager = await client.list_secrets(request={"parent": PROJECT, "page_size": 2})
    pages = [page async for page in pager.pages]
    assert [[secret.name[-2:] for secret in page.secrets] for page in pages] == [
        ["s4", "s3"],
        ["s2", "s1"],
        ["s0"],
    ]
    assert pages[0].total_size == 5
    with pytest.raises(InvalidArgument):
        await client.list_secrets(request={"parent": PROJECT, "page_token": "nonsense"})


async def test_what_is_not_emulated_is_refused_and_not_ignored(client: Client, secret: Any) -> None:
    expiring = {**AUTOMATIC, "ttl": {"seconds": 60}}
    with pytest.raises(MethodNotImplemented, match=r"Secret\.ttl"):
        await client.create_secret(
            request={"parent": PROJECT, "secret_id": "a", "secret": expiring}
        )
    with pytest.raises(MethodNotImplemented, match=r"Secret\.rotation"):
        await client.update_secret(
            request={"secret": secret, "update_mask": FieldMask(paths=["rotation"])}
        )
    with pytest.raises(MethodNotImplemented, match="filters"):
        await client.list_secrets(request={"parent": PROJECT, "filter": "name:a"})
    with pytest.raises(MethodNotImplemented):
        await client.get_iam_policy(request={"resource": secret.name})


async def test_the_synchronous_client_works_too(address: str) -> None:
    def drive() -> Any:
        with grpc.insecure_channel(address) as channel:
            transport = SecretManagerServiceGrpcTransport(channel=channel)
            client: Any = SecretManagerServiceClient(transport=transport)
            secret = client.create_secret(
                request={"parent": PROJECT, "secret_id": "a", "secret": AUTOMATIC}
            )
            client.add_secret_version(
                request={"parent": secret.name, "payload": {"data": b"value"}}
            )
            answer = client.access_secret_version(name=f"{secret.name}/versions/latest")
            return answer.payload.data

    assert await asyncio.to_thread(drive) == b"value"
