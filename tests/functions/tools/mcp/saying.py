"""A server over its standard input and output that says what it is asked about itself. A script of
its own: it imports nothing of ours."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

LIMITS = ("RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_NOFILE", "RLIMIT_CORE")


def _limits() -> str:
    return json.dumps([resource.getrlimit(getattr(resource, each))[0] for each in LIMITS])


def _endless() -> str:
    while True:
        sys.stdout.write("x" * 100_000)


def _silence() -> str:
    time.sleep(60)
    return ""


def _pause() -> str:
    time.sleep(0.2)
    return ""


def _death() -> str:
    os._exit(1)


# What it says, or what ends it, by what it is asked.
SAYS: dict[str, Callable[[], str]] = {
    "environment": lambda: json.dumps(dict(os.environ)),
    "folder": os.getcwd,
    "process": lambda: str(os.getpid()),
    "limits": _limits,
    "memory": lambda: str(len(bytearray(2 * 1024**3))),
    "megabytes": lambda: "x" * 5_000_000,
    "endless": _endless,
    "silence": _silence,
    "pause": _pause,
    "death": _death,
}


def answer(message: dict[str, Any]) -> dict[str, Any] | None:
    """The result of a request; None for a method that it does not know."""
    match message["method"]:
        case "initialize":
            who = {"name": "x", "version": "1"}
            known = {"capabilities": {"tools": {}}, "serverInfo": who}
            return {"protocolVersion": "2025-11-25", **known}
        case "tools/list":
            return {"tools": [{"name": "say", "inputSchema": {"type": "object"}}]}
        case "tools/call":
            said = SAYS[message["params"]["arguments"]["what"]]()
            return {"content": [{"type": "text", "text": said}]}
    return None


def main() -> None:
    """Answers until nobody speaks any more."""
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            continue
        result = answer(message)
        unknown = {"error": {"code": -32601, "message": "Method not found"}}
        said = {"result": result} if result is not None else unknown
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **said}), flush=True)


if __name__ == "__main__":
    main()
