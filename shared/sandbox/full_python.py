"""The runtime `cpython`: one program in plain CPython, in namespaces of its own (bubblewrap), for
what Monty's Python cannot say. It is there on Linux with `bwrap` where the system makes such
namespaces for us; elsewhere it says why not, and nothing runs.

Around the program: no network but a loopback of its own, no process but its own, no file but the
interpreter, its libraries and 16 MiB that vanish, an empty environment, another user without
capabilities; a filter of system calls that knows no socket and no further process; and bounds of
memory, time, files and what is written. Sources: bwrap(1), namespaces(7), seccomp(2)."""

import contextlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from shared.sandbox import cloud_run, launcher
from shared.sandbox.programs import (
    ENTRY,
    LONGEST_RESULT,
    Program,
    ProgramFailed,
    value_in,
)
from shared.sandbox.workers import SandboxDied

# A tenant's admins turn it on for all of its principals; it is off before that.
FLAG = "full-python"
OFF = (
    "full Python is off in this tenant: a tenant_admin turns it on by PUT /v1/flags/full-python"
    ' with {"percent": 100}; without that, leave `runtime` out'
)
MOST_SECONDS = 4.0
MOST_ADDRESSES_KIB = 512 * 1024
# More than it may take: two threads use as much in that time.
MOST_CPU_SECONDS = 10
MOST_FILES = 64
# The most bytes of its folder, and of each file in it.
MOST_WRITTEN = 16 * 1024 * 1024
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")
# What it writes beside its answer is not read.
_MOST_READ = LONGEST_RESULT * 4 + 4_096
# Beside those of a program that only computes: files of its own folder, and what CPython asks when
# it begins. By their numbers on x86_64 and arm64.
_OF_CPYTHON: dict[str, tuple[int | None, int | None]] = {
    "stat": (4, None),
    "lstat": (6, None),
    "ioctl": (16, 29),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "getuid": (102, 174),
    "getgid": (104, 176),
    "geteuid": (107, 175),
    "getegid": (108, 177),
    "fcntl": (72, 25),
    "ftruncate": (77, 46),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "rename": (82, None),
    "renameat": (264, 38),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "openat": (257, 56),
    "pwrite64": (18, 68),
    # The first process of the namespace waits for the program.
    "wait4": (61, 260),
    "waitid": (247, 95),
}
_LOAD, _EQUAL, _HIGHER, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Ours, beside the program: it reads what it is given and writes what came of it.
_DRIVER = f"""
import json, os, random, sys
answer = os.dup(1)
null = open("/tmp/.printed", "w")
os.dup2(null.fileno(), 1)
sys.stdout = sys.stderr = null
given = json.load(sys.stdin)
random.seed(given["seed"])
def told():
    names = {{"__name__": "skill", "__builtins__": __builtins__}}
    try:
        exec(compile(given["code"], "skill.py", "exec"), names)
        if "{ENTRY}" not in names:
            return {{"missing": True}}
        if given["checks"]:
            import inspect
            try:
                inspect.signature(names["{ENTRY}"]).bind(**given["inputs"])
            except TypeError as error:
                return {{"kind": "TypeError", "line": None, "words": str(error)[:500]}}
            return {{"text": "null"}}
        gave = json.dumps(names["{ENTRY}"](**given["inputs"]), allow_nan=False)
        return {{"text": gave[:{LONGEST_RESULT + 1}]}}
    except BaseException as error:
        line = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "skill.py":
                line = trace.tb_lineno
            trace = trace.tb_next
        return {{"kind": type(error).__name__, "line": line, "words": str(error)[:500]}}
os.write(answer, json.dumps(told()).encode())
os._exit(0)
"""


class NotThere(Exception):
    """This machine cannot run all of Python. The text says why, and what would change that."""


class Mistaken(NamedTuple):
    """Why a program does not begin, and in which line."""

    message: str
    line: int | None


def value_of(program: Program) -> Any:
    """The JSON value that the program gives in plain CPython, within four seconds. Its clock goes
    on as everybody's does. Blocks. Raises NotThere, ProgramFailed; SandboxDied where its process
    ended."""
    said = _told(program, checks=False)
    if "text" in said:
        return value_in(said["text"])
    raise _failure(said)


def mistake_in(program: Program) -> Mistaken | None:
    """Why the program cannot be begun with arguments of these names; it is loaded for that. Blocks.
    Raises NotThere, SandboxDied."""
    said = _told(program, checks=True)
    if "text" in said:
        return None
    failure = _failure(said)
    line = said.get("line")
    return Mistaken(failure.detail or str(failure), line if type(line) is int else None)


@cache
def why_not_there() -> str | None:
    """Why this machine cannot run all of Python; None where it can. It is tried once, in full."""
    if cloud_run.is_asked_for():
        return cloud_run.why_not_there(lambda code: _run(["-c", code], b""))
    if sys.platform != "linux":
        return f"full Python needs the namespaces of Linux, and this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "full Python needs bubblewrap 0.8 or newer: sudo apt-get install bubblewrap"
    try:
        call_filter(os.uname().machine)
        done = _run(["-c", "print('it runs')"], b"")
    except (launcher.NotConfined, OSError) as error:
        return f"full Python is not confined here: {error}"
    if done.out != b"it runs\n":
        told = done.errors.decode("utf-8", "replace").strip()[-200:]
        return f"this system makes no namespaces for full Python ({told or 'it did not begin'})"
    return None


def call_filter(machine: str) -> tuple[launcher.Instruction, ...]:
    """The filter of system calls for a processor: what a program that computes needs, and files.
    Raises NotConfined for one that is unknown."""
    known = launcher.call_filter(machine)
    column = 0 if machine == "x86_64" else 1
    numbers = (each[column] for each in _OF_CPYTHON.values())
    more = [
        line
        for number in numbers
        if number is not None
        for line in ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, 0x7FFF0000))
    ]
    # After the tests of the architecture, and before what refuses.
    return (*known[:6], *more, *known[6:])


def _told(program: Program, *, checks: bool) -> dict[str, Any]:
    if (why := why_not_there()) is not None:
        raise NotThere(why)
    said = {
        "code": program.code,
        "inputs": dict(program.given),
        "seed": program.seed,
        "checks": checks,
    }
    done = _run(["-c", _DRIVER], json.dumps(said).encode())
    if done.is_late:
        raise ProgramFailed(f"it took more than {MOST_SECONDS:g} seconds")
    try:
        told = json.loads(done.out)
    except (ValueError, RecursionError) as error:
        raise SandboxDied("its process ended before the program did") from error
    if not isinstance(told, dict):
        raise SandboxDied("its process gave no answer")
    return told


def _failure(said: dict[str, Any]) -> ProgramFailed:
    if said.get("missing") is True:
        return ProgramFailed(f"it has no function {ENTRY}: write `def {ENTRY}(…):`")
    kind, line, words = str(said.get("kind"))[:60], said.get("line"), str(said.get("words"))
    named = kind if kind.isidentifier() else "an error"
    if kind == "MemoryError":
        return ProgramFailed("it needs more memory than it has")
    where = f" at line {line}" if type(line) is int else ""
    return ProgramFailed(f"it failed{where} ({named})", f"{named}: {words}")


class _Done(NamedTuple):
    out: bytes
    errors: bytes
    is_late: bool


def _run(arguments: Sequence[str], given: bytes) -> _Done:
    """What the interpreter wrote, confined. Raises NotConfined, OSError."""
    with tempfile.TemporaryFile() as filter_file, tempfile.TemporaryFile() as out:
        if cloud_run.is_asked_for():
            python = os.path.realpath(sys.executable)
            command = cloud_run.launching(_bounded([python, "-PsSB", *arguments]))
        else:
            lines = call_filter(os.uname().machine)
            filter_file.write(b"".join(struct.pack("=HBBI", *each) for each in lines))
            filter_file.seek(0)
            command = _bounded([*_confined(filter_file.fileno()), *arguments])
        with tempfile.TemporaryFile() as put, tempfile.TemporaryFile() as errors:
            put.write(given)
            put.seek(0)
            process = subprocess.Popen(
                command,
                stdin=put,
                stdout=out,
                stderr=errors,
                env={},
                cwd="/",
                pass_fds=(filter_file.fileno(),),
                start_new_session=True,
            )
            is_late = _ended(process)
            out.seek(0)
            errors.seek(0)
            return _Done(out.read(_MOST_READ), errors.read(_MOST_READ), is_late)


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it had to be ended, with all that is in its namespace."""
    try:
        process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def _bounded(command: Sequence[str]) -> list[str]:
    """The command within bounds that it cannot raise."""
    bounds = (
        f"ulimit -v {MOST_ADDRESSES_KIB} && ulimit -t {MOST_CPU_SECONDS}"
        f" && ulimit -f {MOST_WRITTEN // 512} && ulimit -n {MOST_FILES} && ulimit -c 0"
    )
    return ["/bin/sh", "-c", f'{bounds} && exec "$@"', "sh", *command]


def _confined(filter_file: int) -> list[str]:
    """The interpreter in its namespaces, without its arguments."""
    library = os.path.join(sys.base_prefix, "lib")
    files = dict.fromkeys((*_LIBRARIES, library))
    bound = [part for each in files for part in ("--ro-bind-try", each, each)]
    python = os.path.realpath(sys.executable)
    return [
        str(shutil.which("bwrap")),
        *("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"),
        *("--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--clearenv", "--setenv", "PYTHONHASHSEED", "0", "--hostname", "skill"),
        *bound,
        *("--ro-bind", python, python),
        *("--size", str(MOST_WRITTEN), "--tmpfs", "/tmp", "--remount-ro", "/"),  # noqa: S108
        *("--chdir", "/tmp", "--seccomp", str(filter_file)),  # noqa: S108
        *(python, "-PsSB"),
    ]
