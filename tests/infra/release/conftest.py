"""Stand-ins for what the release command talks to: gcloud, and Cloud Monitoring."""

import json
import os
import shlex
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.release.__main__ import main

ROOT = Path(__file__).parents[3]

# Every service serves its first revision, but for audit's, which does not exist yet.
# A shell starts in a tenth of the time that Python takes, and each release asks for every service.
_GCLOUD = r"""#!/bin/sh
printf '%s\0' "$@" >> {calls}
printf '\n' >> {calls}
case "$1 $2 $3" in
  "auth print-access-token"*) echo a-token ;;
  "run services list")
    for word in "$@"; do case "$word" in --filter=*) name="${{word##*=}}" ;; esac; done
    if [ "$name" = audit-reactions ]; then echo '[]'; else cat <<END
[{{"metadata": {{"name": "$name"}}, "status": {{"traffic": [
  {{"revisionName": "$name-00000", "tag": "try"}},
  {{"revisionName": "$name-00001", "percent": 100, "latestRevision": true}}]}}}}]
END
    fi ;;
esac
"""


@dataclass
class Cloud:
    """What gcloud was told, what Cloud Monitoring was asked, and what it answers page by page."""

    address: str
    program: Path
    calls_file: Path
    asked: list[tuple[str, str]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=lambda: [{}])

    @property
    def calls(self) -> list[list[str]]:
        return [line.split("\0")[:-1] for line in self.calls_file.read_text().splitlines()]

    def release(self, what: str, *options: str) -> int:
        """What the command that the workflow calls returns."""
        before = str(self.program.parent / "release.json")
        where = ["--project=assent-test", f"--before={before}", f"--monitoring={self.address}"]
        return main([what, *where, *options], ROOT)


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    calls, program = tmp_path / "calls", tmp_path / "gcloud"
    program.write_text(_GCLOUD.format(calls=shlex.quote(str(calls))))
    program.chmod(0o755)
    calls.touch()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    state: list[Cloud] = []

    class Monitoring(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            (cloud,) = state
            page = int(self.path.rpartition("pageToken=")[2] or 0)
            cloud.asked.append((self.path, self.headers["Authorization"]))
            body = json.dumps(cloud.pages[page]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Monitoring) as server:
        state.append(Cloud(f"http://127.0.0.1:{server.server_port}", program, calls))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield state[0]
        finally:
            server.shutdown()
            thread.join()
