"""docs/runbooks/restore.md, practised: a backup, a disaster, and all that must come back. By day
tests/emulators/test_platform_keep.py does it with one small function."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulators.client import PlatformClient
from emulators.demo.person import Person
from emulators.keep.keeper import back_up, restore
from emulators.options import Options
from emulators.ports import free_port
from emulators.running import RunningPlatform, running_platform
from functions.audit.rules.chain import Head
from shared.audit_log.entries import Entry
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from tests.functions.audit.chains import first_broken
from tests.journeys.world import GRACE_SECONDS, VETO_WINDOW_SECONDS, World, decision

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("restore"), pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "docs" / "runbooks" / "restore.md"
SWEEPS_SECONDS = 270


class Town(World):
    """A world that outlives its platform: the address stays, and so do the people."""

    def __init__(self, directory: Path) -> None:
        self.state, self.backup, self.port = directory / "state", directory / "backup", free_port()
        super().__init__(PlatformClient(f"http://127.0.0.1:{self.port}"))

    @contextmanager
    def up(self) -> Iterator[RunningPlatform]:
        options = Options(
            root=ROOT, port=self.port, state=self.state, keep=True, backoff=("1s", "10s")
        )
        with running_platform(options) as running:
            yield running

    def ids(self) -> list[str]:
        return [event["id"] for event in self.events()]

    def look_up(self, approval: str) -> int:
        """Asks for what is not there, which is worth an audit entry."""
        reader = Person(
            self.platform,
            principal=f"curious-{uuid.uuid4().hex[:6]}",
            tenant=self.tenant,
            scopes=("approvals:read",),
            roles=(),
        )
        return reader.send("GET", f"/v1/approvals/{approval}").status_code


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.platform.http.close()


@pytest.mark.nightly
def test_a_restored_platform_knows_all_from_before_the_backup_and_goes_on(town: Town) -> None:
    with town.up() as running:
        before = _work(town)
        chain_before = _chain(running, town)
        _break_off_a_delivery(town, before)
    back_up(town.state, town.backup, ROOT)

    with town.up():
        lost = _work_that_will_be_lost(town, before)

    shutil.rmtree(town.state)
    restore(town.state, town.backup, ROOT, databases_only=True)

    with town.up() as running:
        _nothing_from_before_is_lost(town, before)
        _what_came_later_is_gone(town, lost)
        _say_again(running, since=before["began"])
        _the_delivery_that_broke_off_arrives(town, before)
        _decisions_are_made_once(town, before)
        _work_goes_on(town, before)
        _the_log_is_whole(town)
        _the_projection_is_what_the_log_says(running)
        _the_audit_chain_goes_on(running, town, chain_before)


def _work(town: Town) -> dict[str, Any]:
    """An agent that lives, an approval that waits, a veto window that is open, a miss."""
    began = town.platform.now()
    live = town.submit("live")
    card = town.card(live)
    body = decision(card)
    approved = _approve(town, card, body)
    town.settle()
    pending = town.submit("pending")
    undelivered = town.submit("undelivered")
    town.activate_precedent()
    windowed = town.submit("windowed")
    assert town.card(windowed)["status"] == "auto_approved"
    assert town.look_up(new_id("apr", parse_instant(began))) == 404
    town.settle()
    return {
        "began": began,
        "live": live,
        "body": body,
        "card": card,
        "answer": approved,
        "pending": pending,
        "undelivered": undelivered,
        "windowed": windowed,
        "token": town.platform.token(
            "governor", town.tenant, scopes=["governance:read"], roles=["governor"], expires_in=9000
        ),
    }


def _approve(town: Town, card: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/mobile/approvals/{card['id']}/approve"
    return dict(town.governor.post(path, body))


def _break_off_a_delivery(town: Town, before: dict[str, Any]) -> None:
    """The governor said yes and was answered; `agents` has not heard of it when all stops."""
    town.platform.fault("function:agents-reactions", "unavailable", count=1000)
    card = town.card(before["undelivered"])
    assert _approve(town, card, decision(card))["status"] == "approved"
    assert town.statuses(before["undelivered"]) == ("certified", "ethics_cleared")
    before["events"] = town.ids()


def _work_that_will_be_lost(town: Town, before: dict[str, Any]) -> dict[str, Any]:
    town.settle()
    town.approve(before["pending"])
    assert town.statuses(before["pending"]) == ("active", "live")
    return {"case": town.submit("after-the-backup", industry="education"), "events": town.ids()}


def _nothing_from_before_is_lost(town: Town, before: dict[str, Any]) -> None:
    assert [one for one in town.ids() if one in before["events"]] == before["events"]
    assert town.statuses(before["live"]) == ("active", "live")
    assert town.card(before["pending"])["status"] == "pending"
    assert town.card(before["windowed"])["status"] == "auto_approved"
    headers = {"Authorization": f"Bearer {before['token']}"}
    assert town.platform.http.get("/v1/mobile/dashboard", headers=headers).status_code == 200


def _what_came_later_is_gone(town: Town, lost: dict[str, Any]) -> None:
    path = f"/v1/workflows/{lost['case']['case_id']}"
    assert town.author.send("GET", path).status_code == 404
    assert set(lost["events"]) - set(town.ids())


def _say_again(running: RunningPlatform, *, since: str) -> None:
    """Step 5 of the runbook, as it stands there."""
    [step] = re.findall(
        r"^ *```python\n(.*?)^ *```$", RUNBOOK.read_text(), re.DOTALL | re.MULTILINE
    )
    program = "\n".join(line.removeprefix("   ") for line in step.splitlines())
    done = _run(running, "-c", program, SINCE=since)
    assert done.returncode == 0, done.stderr
    assert re.search(r"approvals: [1-9]\d* events will be published again", done.stdout)
    running.client.advance(SWEEPS_SECONDS)
    running.client.wait_until_idle(timeout=120)


def _the_delivery_that_broke_off_arrives(town: Town, before: dict[str, Any]) -> None:
    assert town.statuses(before["undelivered"]) == ("active", "live")


def _decisions_are_made_once(town: Town, before: dict[str, Any]) -> None:
    events = town.ids()
    assert _approve(town, before["card"], before["body"]) == before["answer"]
    town.settle()
    assert town.ids() == events


def _work_goes_on(town: Town, before: dict[str, Any]) -> None:
    town.approve(before["pending"])
    assert town.statuses(before["pending"]) == ("active", "live")
    # Its task was lost with Cloud Tasks: the sweep closes the window.
    town.platform.advance(VETO_WINDOW_SECONDS + GRACE_SECONDS + SWEEPS_SECONDS)
    town.settle()
    assert town.card(before["windowed"])["status"] == "confirmed"
    assert town.statuses(before["windowed"]) == ("active", "live")
    assert town.statuses(town.submit("new", industry="education"))[1] == "ethics_cleared"


def _the_log_is_whole(town: Town) -> None:
    events = {event["id"]: event for event in town.events()}
    assert len(events) > 30
    for event in events.values():
        walked = []
        while event["causationid"] != event["id"]:
            walked.append(event["id"])
            assert event["causationid"] in events, f"{walked} lead to nothing"
            assert len(walked) < 100
            event = events[event["causationid"]]


def _the_projection_is_what_the_log_says(running: RunningPlatform) -> None:
    done = _run(running, "-m", "mobile_api.rebuild", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same bytes" in done.stdout


def _the_audit_chain_goes_on(running: RunningPlatform, town: Town, before: list[Entry]) -> None:
    missing = new_id("apr", parse_instant(town.platform.now()))
    assert town.look_up(missing) == 404
    town.settle()
    chain = _chain(running, town)
    assert before
    assert chain[: len(before)] == before
    assert missing in chain[-1].body


def _chain(running: RunningPlatform, town: Town) -> list[Entry]:
    """The tenant's audit entries, each link of them verified."""
    assert running.platform.database is not None
    with psycopg.connect(running.platform.database) as connection:
        rows = connection.execute(
            "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
            " WHERE tenant_id = %s ORDER BY number",
            (town.tenant,),
        )
        entries = [Entry(*row) for row in rows.fetchall()]
        heads = connection.execute(
            "SELECT number, hash FROM audit_heads WHERE tenant_id = %s", (town.tenant,)
        )
        [head] = heads.fetchall()
    assert first_broken(entries, Head(*head)) is None
    return entries


def _run(
    running: RunningPlatform, *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **running.env, **more},
        capture_output=True,
        text=True,
        timeout=120,
    )
