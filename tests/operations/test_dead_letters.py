"""docs/runbooks/dead-letters.md: found, understood, sent again, over."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emulators.running import RunningPlatform
from tests.journeys.world import World
from tests.operations.conftest import ROOT

pytestmark = pytest.mark.platform

# More than the attempts of one delivery, for others arrive meanwhile.
REFUSALS = 100
PAGE = ROOT / "docs" / "runbooks" / "dead-letters.md"
_BASH = re.compile(r"^ *```bash\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def _dead_letters(running: RunningPlatform, *arguments: str) -> str:
    """What `make dead-letters` runs, on this platform."""
    state = str(running.platform.directory.path)
    command = [sys.executable, "-m", "emulators.dead_letters", "--state", state, *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout


def test_what_a_function_that_was_down_missed_is_listed_sent_again_and_takes_effect(
    running: RunningPlatform, world: World
) -> None:
    case = world.submit("writer")
    card = world.card(case)
    running.client.fault("function:agents-reactions", "unavailable", count=REFUSALS)
    assert world.decide("approve", card).status_code == 200
    world.settle()
    assert world.statuses(case) == ("certified", "ethics_cleared")
    listed = _dead_letters(running, "list")
    [letter] = [line for line in listed.splitlines() if f"approval/{card['id']}" in line]
    assert "assent.approval.approved.v1" in letter
    running.client.disarm()
    assert "redelivered" in _dead_letters(running, "redeliver", letter.split()[0])
    world.settle()
    assert world.statuses(case) == ("active", "live")
    assert f"approval/{card['id']}" not in _dead_letters(running, "list")


BODY = '{"case_id": "cas_1", "note": "a, b | c"}'
LETTER = {
    "ackId": "acknowledge-me",
    "message": {
        "data": base64.b64encode(BODY.encode()).decode(),
        "attributes": {
            "ce-id": "evt_1",
            "ce-source": "//assent/agents",
            "ce-type": "assent.creation_case.cancelled.v1",
            "assent-redelivers": "approvals/abc",
            "dead-letter-path": "/events/agents",
            "dead-letter-reason": "not_found: no such approval, yet",
            "CloudPubSubDeadLetterSourceSubscription": "approvals-reactions.x",
        },
    },
}


def test_the_pages_commands_send_an_event_where_it_was_going_with_the_mark_it_needs(
    tmp_path: Path,
) -> None:
    said = _run_as_the_page_says(tmp_path)
    pull, publish, acknowledge = said
    assert pull[:3] == ["pubsub", "subscriptions", "pull"]
    assert publish[:5] == ["pubsub", "topics", "publish", "agents", f"--message={BODY}"]
    attributes = publish[5].removeprefix("--attribute=^|^").split("|")
    assert dict(each.split("=", 1) for each in attributes) == {
        "Content-Type": "application/json",
        "ce-id": "evt_1",
        "ce-source": "//assent/agents",
        "ce-type": "assent.creation_case.cancelled.v1",
        "assent-redelivers": "approvals/abc",
    }
    assert acknowledge[3:] == ["dead-letters", "--ack-ids=acknowledge-me"]


def _run_as_the_page_says(tmp_path: Path) -> list[list[str]]:
    """The arguments of each call to a `gcloud` that writes them down."""
    (tmp_path / "build").mkdir()
    (tmp_path / "letter.json").write_text(json.dumps([LETTER]))
    stub = tmp_path / "gcloud"
    stub.write_text(
        f"#!{sys.executable}\nimport json, sys\nfrom pathlib import Path\n"
        f"here = Path({str(tmp_path)!r})\n"
        "with (here / 'calls').open('a') as calls:\n"
        "    print(json.dumps(sys.argv[1:]), file=calls)\n"
        "if 'pull' in sys.argv:\n    print((here / 'letter.json').read_text())\n"
    )
    stub.chmod(0o755)
    [script] = _BASH.findall(PAGE.read_text())
    path = f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        check=True,
    )
    return [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]
