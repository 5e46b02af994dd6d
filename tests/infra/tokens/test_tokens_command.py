"""The operator's own tokens are what the functions accept, and no more."""

import functools
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.tokens.__main__ import main
from shared.kit import clock
from shared.kit.errors import Unauthenticated
from shared.runtime.access_tokens import TokenVerifier
from shared.runtime.settings import RuntimeSettings

PERSON = ("--principal=gala", "--tenant=first", "--roles=governor author")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Command:
    """Calls the command; `said` is what the last call printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.said = ""

    def __call__(self, *arguments: str) -> int:
        code = main(arguments)
        self.said = self._capsys.readouterr().out.strip()
        return code


@pytest.fixture
def tokens(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def key(tokens: Command, tmp_path: Path) -> Path:
    file = tmp_path / "key.json"
    assert tokens("new-key", f"--key={file}") == 0
    return file


@pytest.fixture
def settings(tokens: Command, key: Path, tmp_path: Path) -> Iterator[RuntimeSettings]:
    """Those of a deployment that trusts the key set, published by a plain file server."""
    published = tmp_path / "published"
    published.mkdir()
    assert tokens("key-set", f"--key={key}") == 0
    (published / "jwks.json").write_text(tokens.said)
    serve = functools.partial(_Quiet, directory=str(published))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        trusting = RuntimeSettings(environment="local", issuer=url, jwks_url=f"{url}/jwks.json")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield trusting
        finally:
            server.shutdown()
            thread.join()


async def test_a_deployment_that_trusts_the_key_set_accepts_the_token(
    tokens: Command, key: Path, settings: RuntimeSettings
) -> None:
    tokens("issue", f"--key={key}", f"--issuer={settings.issuer}", *PERSON, "--scopes=agents:read")
    claims = await TokenVerifier(settings).verify(tokens.said, clock.now())
    assert (claims.sub, claims.tenant, claims.scope) == ("gala", "first", "agents:read")
    assert claims.roles == ("governor", "author")
    with pytest.raises(Unauthenticated, match="expired"):
        await TokenVerifier(settings).verify(tokens.said, clock.now() + timedelta(minutes=15))


async def test_another_key_is_refused(
    tokens: Command, settings: RuntimeSettings, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    tokens("new-key", f"--key={other}")
    tokens("issue", f"--key={other}", f"--issuer={settings.issuer}", *PERSON)
    with pytest.raises(Unauthenticated, match="does not verify"):
        await TokenVerifier(settings).verify(tokens.said, clock.now())


def test_the_published_half_has_nothing_private(tokens: Command, key: Path) -> None:
    tokens("key-set", f"--key={key}")
    (published,) = json.loads(tokens.said)["keys"]
    assert set(published) == {"alg", "crv", "kid", "kty", "x"}


def test_only_its_owner_reads_the_key_and_nothing_replaces_it(tokens: Command, key: Path) -> None:
    before = key.read_text()
    assert key.stat().st_mode & 0o077 == 0
    assert tokens("new-key", f"--key={key}") == 1
    assert key.read_text() == before


def test_no_token_outlives_fifteen_minutes(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["issue", f"--key={key}", "--issuer=https://i", *PERSON, "--minutes=16"])
    assert "cannot be revoked" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["governor", "deadline.", "role:governor", "service:approvals"])
def test_no_token_names_a_principal_that_nobody_may_be(
    name: str, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["issue", f"--key={key}", "--issuer=https://i", f"--principal={name}", "--tenant=t"])
    assert "belongs to Assent itself" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    ["--principal=g\u0430la", "--tenant=a/b", "--tenant=", "--roles=governor gov\u0435rnor"],
)
def test_no_token_has_a_name_that_functions_refuse(
    wrong: str, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["issue", f"--key={key}", "--issuer=https://i", *PERSON, wrong])
    assert "must have 1 to 128 of the characters" in capsys.readouterr().err


def test_no_token_has_scopes_that_functions_refuse(
    key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["issue", f"--key={key}", "--issuer=https://i", *PERSON, "--scopes=\u0430:read"])
    assert "must have printable ASCII" in capsys.readouterr().err
