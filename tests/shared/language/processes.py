"""Processes that answer as a language model's does, or do not: each reads its key, writes its
address, and ends with its input."""

from collections.abc import Callable
from pathlib import Path

_BEGINNING = """
import json, os, socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

key = sys.stdin.readline().strip()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
notes = sys.argv[1]

def note(line):
    with open(notes, "a") as file:
        file.write(line + "\\n")

note("started")
"""
_HANG = """
listening = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
kept = []
while True:
    kept.append(listening.accept())
    note("asked")
"""
_ANSWER = """
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        note(f"begun {said['name']}")
        if self.headers["Authorization"] != f"Bearer {key}":
            self.send_error(401)
            return
        time.sleep(said.get("seconds", 0))
        if said.get("dies"):
            os._exit(1)
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        for part in ("heard ", said["name"]):
            self.wfile.write(part.encode())
            self.wfile.flush()
            time.sleep(said.get("between", 0))
        self.wfile.write(b"." * said.get("more", 0))
        note(f"answered {said['name']}")

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
"""
# Takes connections and says nothing.
HANGS = f"{_BEGINNING}{_HANG}"
# Answers with what was said, after the seconds that its body asks for, in two parts.
ANSWERS = f"{_BEGINNING}{_ANSWER}"
# The first one hangs, and those after it answer.
HANGS_ONCE = f"""{_BEGINNING}
if sum(line == "started\\n" for line in open(notes)) == 1:
    exec({_HANG!r})
exec({_ANSWER!r})
"""
# Ends before it has said anything.
FAILS = f"{_BEGINNING}sys.exit(1)"
# Says half a line, and no more.
STOPS_WITHIN_ITS_LINE = f"""{_BEGINNING}
sys.stdout.write("http://127.0")
sys.stdout.flush()
time.sleep(600)
"""
SAYS_NOTHING = f"{_BEGINNING}time.sleep(600)"
REFUSES = f"""{_BEGINNING}print("refused: model.onnx has the SHA-256 0", flush=True)"""


def running(script: str, notes: Path) -> Callable[[], tuple[str, ...]]:
    """The command that runs it; it notes what happens to it."""
    return lambda: ("-c", script, str(notes))


def noted(notes: Path) -> list[str]:
    """What its processes noted, in their order."""
    return notes.read_text().splitlines() if notes.is_file() else []
