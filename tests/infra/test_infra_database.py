"""The database's role gets a password that only Secret Manager and the role's verifier know."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulators.clock import VirtualClock
from emulators.secret_manager import SecretManagerEmulator
from infra import database as command
from infra.database import migrate, renew_password
from infra.keys.values import Values
from infra.preview.graph import ROOT
from infra.refusals import Refused

PROJECT = "assent-dev"
SECRET, PASSWORD = "audit", "audit-postgres-password"
VERIFIER = "SELECT rolpassword FROM pg_authid WHERE rolname = 'assent_app'"


@pytest.fixture
async def values(tmp_path: Path) -> AsyncIterator[Values]:
    """A project with the secret that `pulumi up` makes."""
    emulator = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    address = await emulator.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_MANAGER_EMULATOR_HOST", address)
        found = await asyncio.to_thread(Values, PROJECT)
        secret: dict[str, Any] = {"replication": {"automatic": {}}}
        request = {
            "parent": f"projects/{PROJECT}",
            "secret_id": SECRET,
            "secret": secret,
        }
        await asyncio.to_thread(found._client.create_secret, request=request)
        yield found
    await emulator.stop()


async def verifier(address: str) -> str:
    async with await psycopg.AsyncConnection.connect(address) as connection:
        row = await (await connection.execute(VERIFIER)).fetchone()
        assert row is not None
        return str(row[0])


async def test_the_role_has_the_password_that_its_services_read(
    database: str, values: Values
) -> None:
    await asyncio.to_thread(renew_password, database, values, [PASSWORD])
    password = await asyncio.to_thread(values.latest, PASSWORD)
    assert password is not None
    assert len(password) > 40
    kept = await verifier(database)
    # The database's own function would make the same verifier of the same salt.
    assert kept.startswith("SCRAM-SHA-256$")
    assert password not in kept
    assert _matches(password, kept)


async def test_every_renewal_is_another_password(database: str, values: Values) -> None:
    await asyncio.to_thread(renew_password, database, values, [PASSWORD])
    first = await asyncio.to_thread(values.latest, PASSWORD)
    await asyncio.to_thread(renew_password, database, values, [PASSWORD])
    second = await asyncio.to_thread(values.latest, PASSWORD)
    assert first != second
    assert second is not None
    assert _matches(second, await verifier(database))


async def test_a_password_that_cannot_be_kept_is_not_set(database: str, values: Values) -> None:
    await asyncio.to_thread(renew_password, database, values, [PASSWORD])
    before = await verifier(database)
    elsewhere = await asyncio.to_thread(Values, "assent-elsewhere")
    with pytest.raises(Refused, match="run pulumi up first"):
        await asyncio.to_thread(renew_password, database, elsewhere, [PASSWORD])
    assert await verifier(database) == before


async def test_migrating_makes_the_role(empty_database: str) -> None:
    await asyncio.to_thread(migrate, ROOT)


async def test_migrations_that_fail_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(command.ADMIN_DSN, "postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Refused, match="the migrations failed"):
        await asyncio.to_thread(migrate, ROOT)


async def test_without_an_address_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(command.ADMIN_DSN, raising=False)
    assert command.main(["--stack", "dev"], ROOT) == 1
    assert "start the Cloud SQL Auth Proxy" in capsys.readouterr().err


def _matches(password: str, kept: str) -> bool:
    """Whether a SCRAM verifier is of the password (RFC 5803)."""
    import base64
    import hashlib
    import hmac

    _, parameters, keys = kept.split("$")
    rounds, salt = parameters.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = base64.b64encode(hashlib.sha256(client).digest()).decode()
    return keys.startswith(f"{stored}:")
