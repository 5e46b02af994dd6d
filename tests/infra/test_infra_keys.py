"""First values and new keys, through Google's own client against the stand-in."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.clock import VirtualClock
from emulators.secret_manager import SecretManagerEmulator
from infra.keys.__main__ import main
from infra.keys.logs import retire_log, rotate_log
from infra.keys.making import create_missing, put, retire, rotate
from infra.keys.values import Values
from infra.preview.graph import ROOT
from infra.refusals import Refused
from shared.kit.digests import KeyRing, load_key_ring
from shared.kit.errors import SignatureInvalid
from shared.kit.secret_names import secrets_of
from shared.kit.signing import load_public_keys, load_signing_key, sign, verify
from shared.manifest import load_manifests

MANIFESTS = load_manifests(ROOT)
PROJECT = "assent-dev"
STATEMENT = {"approval_id": "apr_1"}


@pytest.fixture
async def values(tmp_path: Path) -> AsyncIterator[Values]:
    """A project where `pulumi up` has made the secrets, without values."""
    emulator = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    address = await emulator.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
        found = await asyncio.to_thread(Values, PROJECT)
        await asyncio.to_thread(_make_secrets, found)
        yield found
    await emulator.stop()


def _make_secrets(values: Values) -> None:
    for name in secrets_of(MANIFESTS.secrets):
        secret: dict[str, Any] = {"replication": {"automatic": {}}}
        values._client.create_secret(
            request={"parent": f"projects/{PROJECT}", "secret_id": name, "secret": secret}
        )


async def all_of(step: Callable[..., Iterator[str]], *arguments: Any, **named: Any) -> list[str]:
    return await asyncio.to_thread(lambda: list(step(*arguments, **named)))


async def value_of(values: Values, name: str) -> str:
    value = await asyncio.to_thread(values.latest, name)
    assert value is not None
    return value


async def signed(values: Values) -> str:
    return sign(STATEMENT, load_signing_key(await value_of(values, "approvals-signing-key")))


async def verified(values: Values, signature: str) -> dict[str, Any]:
    return verify(signature, load_public_keys(await value_of(values, "approvals-public-keys")))


async def test_every_secret_has_a_value_once_created(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    for name in MANIFESTS.secrets:
        assert await value_of(values, name)


async def test_what_a_created_key_signs_verifies(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    assert await verified(values, await signed(values)) == STATEMENT


async def test_creating_again_changes_nothing(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    before = [await value_of(values, name) for name in MANIFESTS.secrets]
    said = await all_of(create_missing, MANIFESTS, values)
    assert [await value_of(values, name) for name in MANIFESTS.secrets] == before
    assert all(line.endswith(": kept") for line in said)


async def test_a_key_that_was_lost_is_made_again_beside_the_public_keys_of_before(
    values: Values,
) -> None:
    await all_of(create_missing, MANIFESTS, values)
    key = load_signing_key(await value_of(values, "audit-signing-key"))
    before = sign(STATEMENT, key)
    await asyncio.to_thread(_lose_everything, values, "audit")
    said = await all_of(create_missing, MANIFESTS, values)
    assert "audit-signing-key: created" in said
    keys = load_public_keys(await value_of(values, "audit-public-keys"))
    after = sign(STATEMENT, load_signing_key(await value_of(values, "audit-signing-key")))
    assert verify(before, keys) == verify(after, keys) == STATEMENT


def _lose_everything(values: Values, secret: str) -> None:
    path = f"projects/{PROJECT}/secrets/{secret}"
    values._client.add_secret_version(request={"parent": path, "payload": {"data": b"{}"}})


@pytest.mark.parametrize(
    "name",
    [
        *("tenants-wrapping-key", "approvals-log-key"),
        *("approvals-signing-key", "approvals-public-keys"),
    ],
)
async def test_a_key_that_is_made_here_is_rotated_and_never_replaced(
    values: Values, name: str
) -> None:
    await all_of(create_missing, MANIFESTS, values)
    before = await value_of(values, name)
    with pytest.raises(Refused, match=f"{name}: .*rotate"):
        await all_of(put, name, "{}", MANIFESTS, values)
    assert await value_of(values, name) == before


async def test_the_key_of_a_bucket_is_made_by_google_and_opens_nothing_before(
    values: Values,
) -> None:
    said = await all_of(create_missing, MANIFESTS, values)
    assert any(line.startswith("audit-bucket-key: opens nothing yet") for line in said)
    assert await value_of(values, "audit-bucket-key") == "none:none"
    # A model may need no key; `set` gives the one that it needs.
    assert any(line.startswith("runs-model-key: none yet") for line in said)
    assert await value_of(values, "runs-model-key") == "none"


async def test_no_value_is_said(values: Values) -> None:
    said = await all_of(create_missing, MANIFESTS, values)
    seeds = [
        json.loads(await value_of(values, name))["seed"]
        for name in MANIFESTS.secrets
        if name.endswith("-signing-key")
    ]
    assert seeds
    assert not any(seed in line for seed in seeds for line in said)


async def test_a_new_key_is_known_before_it_signs(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    held = await value_of(values, "approvals-signing-key")
    seen: list[int] = []

    def look(_: float) -> None:
        assert values.latest("approvals-signing-key") == held
        seen.append(len(json.loads(values.latest("approvals-public-keys") or "")["keys"]))

    await all_of(rotate, "approvals", MANIFESTS, values, wait=look)
    assert seen == [2]
    assert await value_of(values, "approvals-signing-key") != held


async def test_what_the_old_key_signed_verifies_until_it_is_retired(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    before = await signed(values)
    await all_of(rotate, "approvals", MANIFESTS, values, wait=lambda _: None)
    after = await signed(values)
    assert await verified(values, before) == await verified(values, after) == STATEMENT
    await all_of(retire, "approvals", MANIFESTS, values)
    assert await verified(values, after) == STATEMENT
    with pytest.raises(SignatureInvalid):
        await verified(values, before)


async def test_what_a_retired_key_of_the_audit_signed_verifies_for_ever(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    key = load_signing_key(await value_of(values, "audit-signing-key"))
    before = sign(STATEMENT, key)
    await all_of(rotate, "audit", MANIFESTS, values, wait=lambda _: None)
    (said,) = await all_of(retire, "audit", MANIFESTS, values)
    assert said.endswith("what older ones signed still verifies; 1 older versions destroyed")
    keys = load_public_keys(await value_of(values, "audit-public-keys"))
    assert verify(before, keys) == STATEMENT


async def test_a_retired_seed_cannot_be_read_again(values: Values) -> None:
    from google.api_core.exceptions import FailedPrecondition

    await all_of(create_missing, MANIFESTS, values)
    await all_of(rotate, "approvals", MANIFESTS, values, wait=lambda _: None)
    await all_of(retire, "approvals", MANIFESTS, values)
    first = f"projects/{PROJECT}/secrets/approvals/versions/1"
    with pytest.raises(FailedPrecondition):
        await asyncio.to_thread(values._client.access_secret_version, name=first)


async def test_a_key_that_never_was_is_not_rotated(values: Values) -> None:
    with pytest.raises(Refused, match="has no value yet"):
        await all_of(rotate, "approvals", MANIFESTS, values, wait=lambda _: None)


async def test_secrets_that_pulumi_did_not_make_are_refused(values: Values) -> None:
    elsewhere = await asyncio.to_thread(Values, "assent-elsewhere")
    with pytest.raises(Refused, match="run pulumi up first"):
        await all_of(create_missing, MANIFESTS, elsewhere)


async def test_the_command_creates_what_a_stack_lacks(
    values: Values, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await asyncio.to_thread(main, ["create", "--stack", "dev"], ROOT)
    assert (code, capsys.readouterr().out.count(": created")) == (0, 33)
    assert await asyncio.to_thread(main, ["retire", "payroll", "--stack", "dev"], ROOT) == 1
    assert (
        await asyncio.to_thread(main, ["retire", "payroll", "--log", "--stack", "dev"], ROOT) == 1
    )
    assert await asyncio.to_thread(main, ["retire", "agents", "--log", "--stack", "dev"], ROOT) == 0


async def test_each_function_has_one_secret_and_creating_makes_one_version_of_each(
    values: Values,
) -> None:
    await all_of(create_missing, MANIFESTS, values)
    functions = {name for name, each in MANIFESTS.by_noun.items() if each.access.secrets}
    made = secrets_of(MANIFESTS.secrets)
    assert {*made} == {*functions, "tenants", "public-keys"}
    for secret in made:
        path = f"projects/{PROJECT}/secrets/{secret}"
        versions = await asyncio.to_thread(values._client.list_secret_versions, parent=path)
        assert len([*versions]) == 1, secret


async def test_a_value_is_set_beside_the_others_of_its_secret(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    others = [name for name in MANIFESTS.secrets if name != "identity-providers"]
    before = [await value_of(values, name) for name in others]
    (said,) = await all_of(put, "identity-providers", "[]\n", MANIFESTS, values)
    assert "[]" not in said
    assert await value_of(values, "identity-providers") == "[]"
    assert [await value_of(values, name) for name in others] == before


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("identity-provider", "[]", "identity-providers"), ("identity-providers", " \n", "nothing")],
)
async def test_what_is_no_value_of_ours_is_not_set(
    values: Values, name: str, value: str, said: str
) -> None:
    await all_of(create_missing, MANIFESTS, values)
    with pytest.raises(Refused, match=said):
        await all_of(put, name, value, MANIFESTS, values)


async def test_a_version_that_is_no_payload_is_not_written_over(values: Values) -> None:
    path = f"projects/{PROJECT}/secrets/identity"
    request = {"parent": path, "payload": {"data": b"[]"}}
    await asyncio.to_thread(values._client.add_secret_version, request=request)
    with pytest.raises(Refused, match="identity: a secret's payload"):
        await all_of(put, "identity-providers", "[]", MANIFESTS, values)


async def ring_of(values: Values) -> KeyRing:
    return load_key_ring(await value_of(values, "agents-log-key"))


async def test_a_new_key_of_a_log_is_known_before_it_makes_digests(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    first = await ring_of(values)
    seen: list[KeyRing] = []

    def look(_: float) -> None:
        seen.append(load_key_ring(values.latest("agents-log-key") or ""))

    await all_of(rotate_log, "agents", values, wait=look)
    assert seen[0].maker == first.maker
    assert seen[0].verifies((await ring_of(values)).digest("entry"), "entry")


async def test_an_entry_of_an_older_key_verifies_until_that_is_retired(values: Values) -> None:
    await all_of(create_missing, MANIFESTS, values)
    old = (await ring_of(values)).digest("entry")
    await all_of(rotate_log, "agents", values, wait=lambda _: None)
    assert (await ring_of(values)).verifies(old, "entry")
    new = (await ring_of(values)).digest("entry")
    for _ in range(2):
        await all_of(retire_log, "agents", values)
        ring = await ring_of(values)
        assert ring.verifies(new, "entry")
        assert not ring.verifies(old, "entry")
        assert ring.verifies(old, "entry", also_retired=True)


async def test_only_the_newest_ring_is_kept_and_no_seed_is_said(values: Values) -> None:
    from google.api_core.exceptions import FailedPrecondition

    await all_of(create_missing, MANIFESTS, values)
    said = await all_of(rotate_log, "agents", values, wait=lambda _: None)
    said += await all_of(retire_log, "agents", values)
    for version in (1, 2, 3):
        name = f"projects/{PROJECT}/secrets/agents/versions/{version}"
        with pytest.raises(FailedPrecondition):
            await asyncio.to_thread(values._client.access_secret_version, name=name)
    ring = json.loads(await value_of(values, "agents-log-key"))
    seeds = [key["seed"] for key in (*ring["keys"], *ring["retired"])]
    assert len(seeds) == 2
    assert not any(seed in line for seed in seeds for line in said)


async def test_a_log_that_never_had_a_key_is_not_rotated(values: Values) -> None:
    for step in (rotate_log, retire_log):
        with pytest.raises(Refused, match="agents-log-key: has no value yet"):
            await all_of(step, "agents", values)
