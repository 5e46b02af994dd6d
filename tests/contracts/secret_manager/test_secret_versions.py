"""Versions of secrets, through Google's client."""

from typing import Any

import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument, NotFound
from google.cloud.secretmanager_v1 import Secret, SecretVersion
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.clock import VirtualClock

State = SecretVersion.State
# Google's clients take dicts for messages and give datetimes for Timestamps: their types deny it.
Client = Any


async def add(client: Client, secret: Any, *values: bytes) -> list[Any]:
    return [
        await client.add_secret_version(request={"parent": secret.name, "payload": {"data": value}})
        for value in values
    ]


async def test_versions_are_numbered_from_one(
    client: Client, clock: VirtualClock, secret: Any
) -> None:
    before = clock.now()
    first, second = await add(client, secret, b"one", b"two")
    assert [first.name, second.name] == [f"{secret.name}/versions/{n}" for n in (1, 2)]
    assert first.state == State.ENABLED
    assert before <= first.create_time <= second.create_time
    assert await client.get_secret_version(name=first.name) == first


async def test_the_latest_version_is_the_newest(client: Client, secret: Any) -> None:
    await add(client, secret, b"one", b"two")
    answer = await client.access_secret_version(name=f"{secret.name}/versions/latest")
    assert answer.payload.data == b"two"
    assert answer.name == f"{secret.name}/versions/2"
    old = await client.access_secret_version(name=f"{secret.name}/versions/1")
    assert old.payload.data == b"one"


async def test_a_payload_comes_with_its_checksum(client: Client, secret: Any) -> None:
    [version] = await add(client, secret, b"123456789")
    answer = await client.access_secret_version(name=version.name)
    assert answer.payload.data_crc32c == 0xE3069283  # The check value of CRC-32C.
    assert not version.client_specified_payload_checksum


async def test_a_payload_that_is_not_what_its_checksum_says_is_refused(
    client: Client, secret: Any
) -> None:
    payload = {"data": b"123456789", "data_crc32c": 0xE3069283}
    version = await client.add_secret_version(request={"parent": secret.name, "payload": payload})
    assert version.client_specified_payload_checksum
    with pytest.raises(InvalidArgument, match="crc32c"):
        await client.add_secret_version(
            request={
                "parent": secret.name,
                "payload": {"data": b"12345678", "data_crc32c": 0xE3069283},
            }
        )


async def test_a_payload_is_neither_empty_nor_above_64_kibibytes(
    client: Client, secret: Any
) -> None:
    await add(client, secret, b"v" * 65_536)
    with pytest.raises(InvalidArgument, match="65536"):
        await add(client, secret, b"v" * 65_537)
    with pytest.raises(InvalidArgument, match="empty"):
        await add(client, secret, b"")


async def test_a_secret_without_versions_has_no_latest(client: Client, secret: Any) -> None:
    with pytest.raises(NotFound, match="not found or has no versions"):
        await client.access_secret_version(name=f"{secret.name}/versions/latest")


@pytest.mark.parametrize("version", ["0", "2", "99", "some-alias"])
async def test_a_version_that_is_not_there_is_not_found(
    client: Client, secret: Any, version: str
) -> None:
    await add(client, secret, b"one")
    name = f"{secret.name}/versions/{version}"
    with pytest.raises(NotFound, match=r"Secret Version \[.*\] not found"):
        await client.access_secret_version(name=name)
    with pytest.raises(NotFound):
        await client.get_secret_version(name=name)


@pytest.mark.parametrize("version", ["", "-1", "a.b", "1/2"])
async def test_a_malformed_version_name_is_refused(
    client: Client, secret: Any, version: str
) -> None:
    with pytest.raises(InvalidArgument, match="not in a valid format"):
        await client.access_secret_version(name=f"{secret.name}/versions/{version}")


async def test_a_disabled_version_is_not_accessible_until_it_is_enabled(
    client: Client, secret: Any
) -> None:
    [version] = await add(client, secret, b"one")
    assert (await client.disable_secret_version(name=version.name)).state == State.DISABLED
    with pytest.raises(FailedPrecondition, match="is in DISABLED state"):
        await client.access_secret_version(name=version.name)
    assert (await client.get_secret_version(name=version.name)).state == State.DISABLED
    assert (await client.enable_secret_version(name=version.name)).state == State.ENABLED
    assert (await client.access_secret_version(name=version.name)).payload.data == b"one"


async def test_a_destroyed_version_stays_destroyed(
    client: Client, clock: VirtualClock, secret: Any
) -> None:
    [version] = await add(client, secret, b"one")
    before = clock.now()
    destroyed = await client.destroy_secret_version(name=version.name)
    assert destroyed.state == State.DESTROYED
    assert before <= destroyed.destroy_time <= clock.now()
    for call in (
        client.access_secret_version,
        client.enable_secret_version,
        client.disable_secret_version,
        client.destroy_secret_version,
    ):
        with pytest.raises(FailedPrecondition, match="is in DESTROYED state"):
            await call(name=version.name)
    assert (await client.get_secret_version(name=version.name)).state == State.DESTROYED


async def test_latest_does_not_fall_back_to_an_older_version(client: Client, secret: Any) -> None:
    _, newest = await add(client, secret, b"one", b"two")
    await client.destroy_secret_version(name=newest.name)
    with pytest.raises(FailedPrecondition, match=r"versions/2\] is in DESTROYED state"):
        await client.access_secret_version(name=f"{secret.name}/versions/latest")
    [third] = await add(client, secret, b"three")
    assert third.name.endswith("/versions/3")


async def test_a_change_of_state_needs_a_number(client: Client, secret: Any) -> None:
    await add(client, secret, b"one")
    with pytest.raises(InvalidArgument):
        await client.disable_secret_version(name=f"{secret.name}/versions/latest")


async def test_every_change_makes_a_new_etag_even_one_that_changes_nothing(
    client: Client, secret: Any
) -> None:
    [version] = await add(client, secret, b"one")
    enabled = await client.enable_secret_version(name=version.name)
    assert enabled.etag != version.etag
    with pytest.raises(FailedPrecondition, match="etag"):
        await client.disable_secret_version(request={"name": version.name, "etag": version.etag})
    with pytest.raises(FailedPrecondition, match="etag"):
        await client.destroy_secret_version(request={"name": version.name, "etag": version.etag})
    await client.disable_secret_version(request={"name": version.name, "etag": enabled.etag})
    assert (await client.get_secret(name=secret.name)).etag == secret.etag


async def test_an_alias_names_a_version(client: Client, secret: Any) -> None:
    await add(client, secret, b"one", b"two")
    mask = FieldMask(paths=["version_aliases"])
    update = Secret(name=secret.name, version_aliases={"stable": 1})
    updated = await client.update_secret(request={"secret": update, "update_mask": mask})
    assert dict(updated.version_aliases) == {"stable": 1}
    answer = await client.access_secret_version(name=f"{secret.name}/versions/stable")
    assert answer.payload.data == b"one"
    for aliases in ({"stable": 3}, {"latest": 1}, {"1st": 1}):
        wrong = Secret(name=secret.name, version_aliases=aliases)
        with pytest.raises(InvalidArgument, match="alias"):
            await client.update_secret(request={"secret": wrong, "update_mask": mask})


async def test_versions_are_listed_newest_first_in_pages_with_every_state(
    client: Client, secret: Any
) -> None:
    versions = await add(client, secret, b"one", b"two", b"three")
    await client.disable_secret_version(name=versions[0].name)
    pager = await client.list_secret_versions(request={"parent": secret.name, "page_size": 2})
    pages = [page async for page in pager.pages]
    assert [[version.name[-1] for version in page.versions] for page in pages] == [
        ["3", "2"],
        ["1"],
    ]
    assert pages[1].versions[0].state == State.DISABLED
    assert pages[0].total_size == 3
