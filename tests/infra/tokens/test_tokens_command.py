"""The operator's own tokens are what the functions accept, and no more."""

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared.kit import clock
from shared.kit.errors import Unauthenticated
from shared.runtime.auth import TokenVerifier
from shared.runtime.settings import RuntimeSettings

ROOT = Path(__file__).parents[3]
PERSON = ("--principal=governor", "--tenant=first", "--roles=governor author")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _tokens(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.tokens", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "key.json"
    assert _tokens("new-key", f"--key={file}").returncode == 0
    return file


@pytest.fixture
def settings(key: Path, tmp_path: Path) -> Iterator[RuntimeSettings]:
    """Those of a deployment that trusts the key set, published by a plain file server."""
    published = tmp_path / "published"
    published.mkdir()
    (published / "jwks.json").write_text(_tokens("key-set", f"--key={key}").stdout)
    serve = functools.partial(_Quiet, directory=str(published))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield RuntimeSettings(environment="dev", issuer=url, jwks_url=f"{url}/jwks.json")
        server.shutdown()
        thread.join()


async def test_a_deployment_that_trusts_the_key_set_accepts_the_token(
    key: Path, settings: RuntimeSettings
) -> None:
    issued = _tokens(
        "issue", f"--key={key}", f"--issuer={settings.issuer}", *PERSON, "--scopes=agents:read"
    )
    claims = await TokenVerifier(settings).verify(issued.stdout.strip(), clock.now())
    assert (claims.sub, claims.tenant, claims.scope) == ("governor", "first", "agents:read")
    assert claims.roles == ("governor", "author")
    with pytest.raises(Unauthenticated, match="expired"):
        await TokenVerifier(settings).verify(
            issued.stdout.strip(), clock.now() + timedelta(minutes=15)
        )


async def test_another_key_is_refused(settings: RuntimeSettings, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    _tokens("new-key", f"--key={other}")
    issued = _tokens("issue", f"--key={other}", f"--issuer={settings.issuer}", *PERSON)
    with pytest.raises(Unauthenticated, match="does not verify"):
        await TokenVerifier(settings).verify(issued.stdout.strip(), clock.now())


def test_the_published_half_has_nothing_private(key: Path) -> None:
    (published,) = json.loads(_tokens("key-set", f"--key={key}").stdout)["keys"]
    assert set(published) == {"alg", "crv", "kid", "kty", "x"}


def test_only_its_owner_reads_the_key_and_nothing_replaces_it(key: Path) -> None:
    before = key.read_text()
    assert key.stat().st_mode & 0o077 == 0
    assert _tokens("new-key", f"--key={key}").returncode == 1
    assert key.read_text() == before


def test_no_token_outlives_fifteen_minutes(key: Path) -> None:
    refused = _tokens("issue", f"--key={key}", "--issuer=https://i", *PERSON, "--minutes=16")
    assert (refused.returncode, "cannot be revoked" in refused.stderr) == (2, True)
