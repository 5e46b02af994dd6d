"""What the command does with what is typed wrongly, and where it keeps who is signed in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.sdk.cli import store
from shared.sdk.cli.__main__ import app, main
from shared.sdk.cli.asking import moment_of
from shared.sdk.cli.listing import COMMANDS, listed
from shared.sdk.cli.session import cell, printable, read_file
from shared.sdk.cli.wrong_input import WrongInput
from tests.local_servers import Answer, Asked, local_server

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody is signed in."""
    monkeypatch.delenv("ASSENT_KEY", raising=False)
    monkeypatch.delenv("ASSENT_URL", raising=False)
    monkeypatch.setenv("ASSENT_CREDENTIALS", str(tmp_path / "assent" / "credentials.json"))
    return tmp_path / "assent" / "credentials.json"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["approvals", "aprove"], "aprove"),
        (["approvals", "show"], "approval"),
        (["runs", "list", "--color"], "--color"),
        (["approvals", "list", "--status", "mine"], "mine"),
        (["approvals", "list"], "run assent login"),
        (["why", "x"], "is no id of these: apr_"),
        (["open"], "run assent login"),
        (["login", "assent.example"], "write one such as https://"),
        (["login", "http://assent.example"], "write https://"),
    ],
)
def test_wrong_input_is_a_sentence_and_exit_code_2(
    typed: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.startswith("assent: ")
    assert len(said.err.splitlines()) == 1
    assert said.out == ""


def test_files_that_were_added_are_told_where_a_later_one_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    good, bad, later = (tmp_path / each for each in ("pumps.md", "broken.md", "leave.md"))
    good.write_text("# Pumps")
    bad.write_bytes(b"\xff\xfe\xff")
    later.write_text("# Leave")
    unsaid = dict.fromkeys(
        ("artifact_id", "pages", "chunks", "model_sha256", "reason", "ended_at", "workspace_id")
    )
    told = {"document_id": "doc_1", "corpus_id": "cor_1", "media_type": "text/markdown", **unsaid}
    told |= {"sha256": "0" * 64, "status": "queued", "version": 1, "added_by": "ada"}
    asked = list[Asked]()

    def added(request: Asked) -> Answer:
        asked.append(request)
        name = json.loads(request.body)["name"]
        at = {"added_at": "2026-11-28T12:00:00.000Z"}
        return Answer(json.dumps({**told, **at, "name": name}).encode(), 202)

    with local_server(added) as url:
        monkeypatch.setenv("ASSENT_URL", url)
        monkeypatch.setenv("ASSENT_KEY", "ak_x")
        code = main(["knowledge", "add", "cor_1", *map(str, (good, bad, later))])
    said = capsys.readouterr()
    assert (code, len(asked)) == (2, 1)
    assert "doc_1" in said.out
    assert "pumps.md" in said.out
    first, last = said.err.splitlines()
    assert first.startswith(f"Not added: {bad}, {later}. ")
    assert "is no UTF-8 text" in last


def test_a_key_alone_does_not_say_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSENT_KEY", "ak_x")
    assert main(["agents", "list"]) == 2
    assert "ASSENT_URL is not" in capsys.readouterr().err


def test_nobody_answers_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shared.sdk import retrying

    monkeypatch.setattr(retrying.Retries.__init__, "__defaults__", (0, 0.0, 0.0, 0.0))
    monkeypatch.setenv("ASSENT_KEY", "ak_x")
    monkeypatch.setenv("ASSENT_URL", "http://127.0.0.1:1")
    assert main(["agents", "list"]) == 1
    assert "GET /v1/agents" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for each, (_, says) in COMMANDS.items():
        assert f"{each}: {says}" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_begins_with_what_the_list_says_of_it(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    assert COMMANDS[command][1].removesuffix(".") in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("typed", [[], ["-h"], ["--help"]])
def test_the_list_is_the_one_that_the_library_would_print(
    typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    app(lists=True)(["--help"], result_action="return_value")
    would = capsys.readouterr().out
    assert main(typed) == 0
    assert capsys.readouterr().out == would


def test_the_list_fits_a_narrow_terminal() -> None:
    narrow = listed(40)
    assert max(map(len, narrow.splitlines())) <= 40
    assert narrow.split() == listed(200).split()


def test_the_list_of_commands_imports_neither_them_nor_the_library_that_reads_them() -> None:
    program = (
        "import sys; from shared.sdk.cli import main; sys.argv = ['assent', '--help']; main();"
        " print([each for each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.splitlines()[-1]
    assert "shared.sdk.cli.__main__" in loaded
    for each in ("cyclopts", "rich", "attr", "httpx", "pydantic"):
        assert f"'{each}'" not in loaded
    for each in ("asking", "session", "store", "client", "generated"):
        assert f"shared.sdk.cli.{each}" not in loaded
        assert f"shared.sdk.{each}" not in loaded


@pytest.mark.parametrize(("typed", "code"), [("--help", 0), ("runs", 2)])
def test_without_the_library_the_list_is_printed_and_a_command_says_what_to_install(
    typed: str, code: int
) -> None:
    program = (
        "import sys; sys.modules['cyclopts'] = None; from shared.sdk.cli import main;"
        f" sys.argv = ['assent', '{typed}']; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == code
    assert ("pip install 'assent-sdk[cli]'" in done.stderr) is (code == 2)


@pytest.mark.parametrize(
    ("id", "page"),
    [
        ("", ""),
        ("apr_1", "approvals/apr_1"),
        ("agt_1", "agents/agt_1"),
        ("run_1", "runs/run_1"),
        ("apr_/../x", "approvals/apr_%2F..%2Fx"),
    ],
)
def test_an_id_has_its_page(
    id: str, page: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSENT_URL", "http://127.0.0.1:8080/")
    assert main(["open", *filter(None, [id]), "--print"]) == 0
    assert capsys.readouterr().out == f"http://localhost:8080/console/{page}\n"


def test_who_forgets_a_key_is_told_that_it_stays_valid(
    nobody: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.save(store.Kept(url="https://a.example", key="ak_x"))
    assert main(["logout"]) == 0
    assert "stays valid" in capsys.readouterr().out
    store.save(store.Kept(url="https://a.example", refresh_token="r"))
    assert main(["logout"]) == 0
    assert "after 30 days" in capsys.readouterr().out
    nobody.write_text("nonsense")
    assert main(["logout"]) == 0
    assert not nobody.exists()


KEYRING = """
import json, os, pathlib
from . import errors

class Ring:
    priority = float(os.environ.get("RING_PRIORITY", "5"))

def get_keyring():
    return Ring()

def _kept():
    if os.environ.get("RING_IS_LOCKED"):
        raise errors.KeyringError("locked")
    file = pathlib.Path(os.environ["RING"])
    return json.loads(file.read_text()) if file.exists() else {}

def _keep(kept):
    pathlib.Path(os.environ["RING"]).write_text(json.dumps(kept))

def get_password(service, user):
    return _kept().get(f"{service} {user}")

def set_password(service, user, secret):
    _keep({**_kept(), f"{service} {user}": secret})

def delete_password(service, user):
    kept = _kept()
    del kept[f"{service} {user}"]
    _keep(kept)
"""
SESSION = store.Kept(url="https://a.example", refresh_token="r", access_token="a", tenant="ten_1")


@pytest.fixture
def ring(nobody: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a keyring of the system keeps, which is not among the locked packages."""
    package = tmp_path / "packages" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KEYRING)
    (package / "errors.py").write_text("class KeyringError(Exception): ...\n")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delenv("ASSENT_CREDENTIALS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("RING", str(tmp_path / "ring.json"))
    yield tmp_path / "ring.json"
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)


def test_tokens_lie_in_the_systems_keyring(ring: Path) -> None:
    store.save(SESSION)
    assert json.loads(store.place().read_text()) == {
        "url": "https://a.example",
        "tenant": "ten_1",
        "in_keyring": True,
        **dict.fromkeys(("key", "refresh_token", "access_token"), ""),
    }
    assert store.load() == SESSION
    store.save(replace(SESSION, refresh_token="r2", access_token=""))
    assert store.load() == replace(SESSION, refresh_token="r2", access_token="")
    assert store.forget()
    assert json.loads(ring.read_text()) == {}


def test_a_keyring_that_does_not_open_loses_nothing(
    ring: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(SESSION)
    monkeypatch.setenv("RING_IS_LOCKED", "yes")
    with pytest.raises(PermissionError, match="unlock it"):
        store.load()
    store.save(SESSION)
    assert store.load() == SESSION
    assert store.place().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("variable", "value"), [("RING_PRIORITY", "0"), ("ASSENT_CREDENTIALS", "chosen.json")]
)
def test_without_a_keyring_or_in_a_file_that_somebody_chose_tokens_lie_in_the_file(
    ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    store.save(SESSION)
    assert json.loads(store.place().read_text())["refresh_token"] == "r"
    assert not ring.exists()


def test_only_the_owner_reads_what_is_kept(nobody: Path) -> None:
    assert store.load() is None
    store.save(store.Kept(url="https://a.example", key="ak_x"))
    assert nobody.stat().st_mode & 0o777 == 0o600
    assert store.load() == store.Kept(url="https://a.example", key="ak_x")
    nobody.chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        store.load()
    nobody.chmod(0o600)
    nobody.write_text("{")
    with pytest.raises(ValueError, match="sign in again"):
        store.load()
    assert store.forget()
    assert not store.forget()


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("0s", "2026-01-31T12:00:00.000Z"),
        ("30m", "2026-01-31T11:30:00.000Z"),
        ("2d", "2026-01-29T12:00:00.000Z"),
        ("2026-01-31T13:00:00+02:00", "2026-01-31T11:00:00.000Z"),
    ],
)
def test_a_time_is_one_or_how_long_ago(said: str, moment: str) -> None:
    assert moment_of(said, NOW) == moment


@pytest.mark.parametrize("said", ["", "soon", "-1h", "1y", "2026-01-31T12:00:00", "9999999d"])
def test_a_time_without_a_zone_or_a_unit_is_refused(said: str) -> None:
    with pytest.raises(WrongInput, match="write 2026"):
        moment_of(said, NOW)


def test_a_file_is_read_without_its_editors_mark_and_in_no_other_encoding(tmp_path: Path) -> None:
    file = tmp_path / "pumps.md"
    file.write_bytes("Für\r\nPumpen".encode("utf-8-sig"))
    assert read_file(str(file)) == "Für\nPumpen"
    file.write_bytes("Für Pumpen".encode("utf-16"))
    with pytest.raises(WrongInput, match="save it as UTF-8"):
        read_file(str(file))


def test_what_others_wrote_does_not_command_the_terminal() -> None:
    assert printable("a\x1b[2Jb\r\n\u202ec") == "a [2Jb   c"
    assert cell({"a": {"b": "\x07"}}, "a.b") == " "
    assert cell({"a": None}, "a.b") == "-"
