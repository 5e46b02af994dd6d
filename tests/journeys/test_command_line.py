"""People govern from a terminal: they sign in, see what waits, decide, and ask why."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant
from shared.sdk.cli.__main__ import main
from tests.functions.knowledge.rules.test_formats import pdf
from tests.journeys.world import SPEC, World
from tests.printed import printed

pytestmark = pytest.mark.platform

SCOPES = (
    *("agents:read", "agents:write", "approvals:read", "approvals:write", "audit:read"),
    *("governance:read", "governance:write", "veto:execute", "capsules:read", "runs:read"),
    *("knowledge:read", "knowledge:write", "runs:write", "identity:read"),
)
Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """What a governor types: the exit code, and what it prints, where nobody watches."""
    key = world.platform.token("gala", world.tenant, scopes=SCOPES, roles=["governor"])
    monkeypatch.setenv("ASSENT_URL", world.platform.url)
    monkeypatch.setenv("ASSENT_KEY", key)

    def type_(*arguments: str) -> tuple[int, str, str]:
        with printed() as (out, err):
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()

    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        yield type_


def in_json(typed: Typed, *arguments: str) -> Any:
    code, out, err = typed(*arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_governor_sees_a_request_decides_about_its_hash_and_asks_why(
    world: World, typed: Typed
) -> None:
    case = world.submit("terminal-writer")
    (card,) = in_json(typed, "approvals", "list")
    assert card["subject"]["name"] == "terminal-writer"
    id, hash = card["id"], card["decision_hash"]
    code, out, _ = typed("approvals", "show", id)
    assert code == 0
    assert all(each in out for each in (hash, "terminal-writer", "then silence means"))
    found = in_json(typed, "approvals", "first", id)
    assert (len(found["items"]), found["not_english"]) == (3, 0)
    assert not any(each["path"].startswith("/findings") for each in found["items"])
    code, out, _ = typed("approvals", "first", id)
    assert (code, out.count("near to")) == (0, 3), out
    code, _, err = typed("approvals", "approve", id)
    assert (code, "add --hash" in err) == (2, True)
    code, _, err = typed("approvals", "approve", id, "--hash", "0" * 64)
    assert (code, "content" in err) == (1, True)
    assert in_json(typed, "approvals", "approve", id, "--hash", hash)["status"] == "approved"
    world.settle()
    code, out, _ = typed("why", id)
    assert (code, "decided by: gala" in out) == (0, True)
    assert "is active" in typed("why", case["agent_id"])[1]
    assert case["agent_name"] in typed("why", case["case_id"])[1]
    assert in_json(typed, "approvals", "list") == []
    assert typed("approvals", "list")[1] == "There is nothing.\n"
    for each in (("runs", "list"), ("capsules", "list")):
        assert typed(*each)[:2] == (0, "There is nothing.\n")
    code, _, err = typed("runs", "show", "run_01M7WG75NJWTKQJPKRS22KDGS6")
    assert (code, err.startswith("assent: ")) == (1, True)
    assert typed("agents", "show", case["agent_id"], "--json")[0] == 0
    code, out, _ = typed("agents", "list")
    assert re.search(r"terminal-writer\s+1\.0\.0\s+active", out), out


def test_what_happened_is_watched_and_a_veto_names_its_reason(world: World, typed: Typed) -> None:
    world.submit("vetoed-writer")
    (card,) = in_json(typed, "approvals", "list")
    asked = ("approvals", "veto", card["id"], "--hash", card["decision_hash"])
    code, _, err = typed(*asked, "--because", "mood", "--note", "no")
    assert (code, "safety" in err) == (2, True)
    code, out, err = typed(*asked, "--because", "safety", "--note", "not like this")
    assert (code, out) == (0, f"{card['id']} is rejected.\n"), err
    world.settle()
    code, out, _ = typed("watch", "--since", "1h", "--once", "--json")
    assert code == 0
    entries = [json.loads(each) for each in out.splitlines()]
    assert entries == sorted(entries, key=lambda each: each["number"])
    assert any("vetoed" in each["action"] or "rejected" in each["action"] for each in entries)
    assert typed("watch", "--since", "soon", "--once")[0] == 2


def test_a_spec_is_submitted_from_a_file(world: World, typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(SPEC.read_text())
    code, out, err = typed("agents", "submit", str(file))
    assert (code, "cas_" in out) == (0, True), err
    file.write_text("name: [")
    code, _, err = typed("agents", "submit", str(file))
    assert (code, "line" in err) == (1, True)
    assert typed("agents", "submit", str(tmp_path / "none.yaml"))[0] == 2


def test_the_plan_is_shown_and_invoices_to_admins_only(world: World, typed: Typed) -> None:
    code, out, err = typed("plan")
    assert (code, out.splitlines()[0]) == (0, "Plan free, active"), err
    assert "executions: 0 of 100 used, stops there, resets 20" in out
    assert in_json(typed, "plan")["quotas"][0]["limit"] == 100
    code, _, err = typed("invoices")
    assert (code, "tenant_admin" in err) == (1, True)


def test_documents_are_added_from_files_and_asked(
    world: World, typed: Typed, tmp_path: Path
) -> None:
    made = in_json(typed, "knowledge", "make", "Handbook", "--reader", "governor")
    corpus = made["corpus_id"]
    text, manual, broken = (tmp_path / each for each in ("pumps.md", "manual.pdf", "broken.pdf"))
    text.write_text("# Warranty\n\nThe warranty of a pump is three years.\n")
    manual.write_bytes(pdf("The office opens at nine.", "Broken pumps go back to Bergen."))
    broken.write_bytes(b"no PDF")
    code, _, err = typed("knowledge", "add", corpus)
    assert (code, "Name the files" in err) == (2, True)
    code, _, err = typed("knowledge", "add", corpus, str(broken))
    assert (code, "its bytes are no application/pdf" in err) == (2, True)
    code, out, err = typed("knowledge", "add", corpus, str(text), str(broken), str(manual))
    assert (code, out.count("pumps.md"), "manual.pdf" in out) == (2, 1, False)
    assert f"Not added: {broken}, {manual}. Mend what is wrong with {broken}" in err
    added = in_json(typed, "knowledge", "add", corpus, str(text), str(manual))
    assert [each["name"] for each in added] == ["pumps.md", "manual.pdf"]
    world.settle()
    code, out, _ = typed("knowledge", "documents", corpus)
    assert (code, out.count("embedded")) == (0, 2), out
    code, out, _ = typed("knowledge", "search", "Where do broken pumps go?", "--corpus", corpus)
    assert out.splitlines()[0] == "manual.pdf, page 2, verified"
    assert typed("knowledge", "corpora")[1].count(corpus) == 1
    code, _, err = typed("knowledge", "search", "")
    assert (code, err) == (1, "assent: query: must not be empty\n")


@pytest.mark.nightly
def test_a_person_signs_in_on_another_device(
    people: Any, running: RunningPlatform, tmp_path: Path
) -> None:
    gala = people("gala")
    gala.signs_up()
    environment = {"ASSENT_CREDENTIALS": str(tmp_path / "kept" / "c.json"), "PATH": ""}

    def started(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "shared.sdk.cli", *arguments]
        pipe = subprocess.PIPE
        paths = ":".join(each for each in sys.path if each)
        with_paths = {**environment, "PYTHONPATH": paths}
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=with_paths)

    scopes = "agents:read identity:read identity:write"
    login = started("login", running.client.url, "--scopes", scopes)
    assert login.stderr
    said = login.stderr.readline()
    code = re.search(r"user_code=([\w-]+)", said)
    assert code, said
    page = gala.browser.http.get("/device", params={"user_code": code[1]})
    assert "Assent command line" in page.text
    gala.browser.submit(page, {"decision": "allow"})
    out, err = login.communicate(timeout=60)
    assert (login.returncode, "Signed in" in out) == (0, True), err
    kept = tmp_path / "kept" / "c.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    listed = started("agents", "list", "--json")
    out, err = listed.communicate(timeout=60)
    assert (listed.returncode, json.loads(out)) == (0, []), err
    ends = parse_instant(running.client.now()) + timedelta(days=3)
    asked = ("--scope", "agents:read", "--expires-at", ends.isoformat())
    made = started("keys", "make", "CI", *asked, "--json").communicate(timeout=60)
    key = json.loads(made[0])
    assert key["secret"].startswith("ak_"), made
    assert key["key_id"] in started("keys", "list").communicate(timeout=60)[0]
    revoked = started("keys", "revoke", key["key_id"]).communicate(timeout=60)
    assert revoked[0] == f"{key['key_id']} is revoked.\n", revoked
    # A token that is over is renewed, and the next one kept.
    before = json.loads(kept.read_text())
    kept.write_text(json.dumps({**before, "access_token": "over"}))
    renewed = started("agents", "list", "--json")
    assert renewed.communicate(timeout=60)[0] == "[]\n"
    after = json.loads(kept.read_text())
    assert after["refresh_token"] != before["refresh_token"]
    kept.chmod(0o644)
    refused = started("agents", "list")
    assert "chmod 600" in refused.communicate(timeout=60)[1]
    assert refused.returncode == 1
    assert started("logout").communicate(timeout=60)[0].startswith("Forgotten.")
    assert not kept.exists()
