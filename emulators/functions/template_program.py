"""Starts functions by forking itself, once it has imported what functions share: to import that
takes a second of a processor, to fork some milliseconds. Run as `python -P`, then this file.

For each start the platform writes a line of JSON to the socket whose number is the argument:
`environment`, `log`, `folder`, and the `arguments` of functions-framework. This process answers by
lines: `started` with the function's number, or null where the code on disk is no longer what was
imported; and once the function has ended, `ended` with its number, and its exit `code`, below zero
for a signal. A function dies with this process, and this process with the platform."""

import ctypes
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

# What processes of functions load at their start or at the first request, the checkout's own code
# before libraries that only this uses.
_SHARED = (
    "functions_framework._cli",
    "functions_framework.aio",
    "gunicorn.app.base",
    "gunicorn.arbiter",
    "uvicorn_worker",
    "shared.runtime.entry_points",
    "shared.runtime.app",
    "shared.runtime.idempotency",
    "shared.runtime.reactions",
    "events.registry",
    "google.cloud.firestore_v1.services.firestore.transports",
    "google.cloud.secretmanager_v1.services.secret_manager_service.transports",
    "google.cloud.tasks_v2.services.cloud_tasks.transports",
    "google.pubsub_v1.services.publisher.transports",
    "grpc.aio",
    "httpx",
    "joserfc.jwk",
    "joserfc.jws",
    "joserfc.jwt",
    "opentelemetry.propagate",
    # What most functions import beside that: half of what each of them loads.
    "events.agents",
    "events.approvals",
    "events.artifacts",
    "events.budgets",
    "events.invocations",
    "events.policies",
    "events.receipts",
    "events.runs",
    "events.specs",
    "shared.agents.reading",
    "shared.approvals.reading",
    "shared.artifacts.aggregates",
    "shared.budgets.aggregates",
    "shared.capabilities.reading",
    "shared.connectors.reading",
    "shared.kit.passkeys",
    "shared.kit.schemas",
    "shared.storage.buckets",
    "shared.storage.postgres",
)
_PR_SET_PDEATHSIG = 1


def main(channel: socket.socket) -> None:
    """Forks until the platform closes the socket."""
    # What is imported is no garbage, and a collection would copy its pages into each function.
    gc.disable()
    try:
        for name in _SHARED:
            import_module(name)
    except ModuleNotFoundError as error:
        # The checkout's functions share nothing of their own, or less.
        if (error.name or "").partition(".")[0] != "shared":
            raise
    gc.freeze()
    sources = _versions(_own_sources())
    awake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Unbuffered, so that no line waits here while `select` waits for it.
    orders = channel.makefile("rb", buffering=0)
    while True:
        ready, _, _ = select.select([channel.fileno(), awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _tell_of_the_ended(channel)
        if channel.fileno() not in ready:
            continue
        line = orders.readline()
        if not line:
            return
        # A fork would lose the other threads.
        if _versions(sources) != sources or threading.active_count() > 1:
            _tell(channel, started=None)
            continue
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            orders.close()
            channel.close()
            signal.set_wakeup_fd(-1)
            os.close(awake)
            os.close(wake)
            _become(parent, **json.loads(line))
        # Here too: the platform may signal the group before the function has run.
        os.setpgid(pid, pid)
        _tell(channel, started=pid)


def _own_sources() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    here = f"{Path.cwd()}{os.sep}"
    return [
        file for file in files if file and file.startswith(here) and "site-packages" not in file
    ]


def _versions(files: Iterable[str]) -> dict[str, int]:
    found = {}
    for file in files:
        try:
            found[file] = os.stat(file).st_mtime_ns
        except FileNotFoundError:
            found[file] = 0
    return found


def _tell(channel: socket.socket, **news: int | None) -> None:
    channel.sendall(json.dumps(news).encode() + b"\n")


def _tell_of_the_ended(channel: socket.socket) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _tell(channel, ended=ended[0], code=os.waitstatus_to_exitcode(ended[1]))


def _become(
    parent: int, *, environment: dict[str, str], log: str, folder: str, arguments: list[str]
) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        _die_with(parent)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        sys.argv = ["functions_framework", *arguments]
        runpy.run_module("functions_framework", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        if sys.exception() is not None:
            traceback.print_exc()
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _die_with(parent: int) -> None:
    # The kernel sends it; gunicorn's master must live to end its workers.
    prctl: Any = ctypes.CDLL(None).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
