"""The same platform with its functions in its own process. In a process of its own: such functions
read the one environment of their process."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulators.checkouts import copy_checkout

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-lifecycle")]

REPOSITORY = Path(__file__).parents[2]
SCRIPT = """
import json, os, sys, threading, time
from datetime import timedelta
from pathlib import Path
from emulators.options import Options
from emulators.running import running_platform
from shared.kit.instants import format_instant, parse_instant

root = Path(sys.argv[1])
with running_platform(Options(root=root, in_process=True, backoff=("0.1s", "0.2s"))) as platform:
    client = platform.client
    due = format_instant(parse_instant(client.now()) + timedelta(hours=1))
    wish = {"publish": [{"id": "e"}], "timers": [{"id": "t", "at": due}]}
    answer = client.http.post("/v1/notes/a?b=c", json=wish, headers={"X-Mine": "yes"})
    client.wait_until_idle()
    client.advance(7200)
    # Far apart: on a busy machine the loop may stand still for seconds.
    client.fault("function:notes", "kill", seconds=0.1)
    killed = client.http.post("/v1/notes", json={"sleep": 60}).status_code
    after = client.http.get("/v1/notes").status_code
    soon = format_instant(parse_instant(client.now()) + timedelta(seconds=1))
    client.http.post("/v1/notes", json={"timers": [{"id": "meanwhile", "at": soon}]})
    with platform.set_aside():
        aside = [name for name in platform.env if name in os.environ]
        time.sleep(2)
        fired_aside = "meanwhile" in (root / "functions/notes/seen.jsonl").read_text()
    there_again = "ASSENT_CLOCK_FILE" in os.environ
    client.wait_until_idle()
    fired_later = "meanwhile" in (root / "functions/notes/seen.jsonl").read_text()
    head = client.http.head("/v1/notes")
    seen = [json.loads(line) for line in (root / "functions/notes/seen.jsonl").open()]
    print(json.dumps({
        "status": answer.status_code,
        "pid": answer.json()["pid"] == os.getpid(),
        "path": answer.json()["path"] + "?" + answer.json()["query"],
        "mine": answer.json()["headers"]["x-mine"],
        "cookies": answer.headers.get_list("set-cookie"),
        # Whether the clock passes three o'clock, when the report is due, depends on the hour.
        "seen": sorted({one["headers"]["ce-type"] for one in seen} - {"assent.report.due.v1"}),
        "killed": killed,
        "after": after,
        "head": [head.status_code, len(head.content)],
        "aside": [aside, fired_aside, there_again, fired_later],
        "kinds": sorted(client.operations()["operations"]),
    }))
assert "FIRESTORE_EMULATOR_HOST" not in os.environ
assert [thread.name for thread in threading.enumerate() if thread.name == "platform"] == []
"""


@pytest.mark.timeout(180)
def test_functions_in_process_behave_like_processes(tmp_path: Path) -> None:
    import json

    checkout = copy_checkout(tmp_path / "checkout")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(checkout.root)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == {
        "status": 200,
        "pid": True,
        "path": "/v1/notes/a?b=c",
        "mine": "yes",
        "cookies": ["a=1", "b=2"],
        "seen": [
            "assent.note.due.v1",
            "assent.note.written.v1",
            "assent.sweep.due.v1",
        ],
        "killed": 503,
        "after": 200,
        "head": [200, 0],
        "aside": [[], False, True, True],
        "kinds": [
            "cloud-tasks",
            "instance-milliseconds",
            "pubsub-bytes",
            "pubsub-deliveries",
            "pubsub-messages",
            "requests",
        ],
    }
