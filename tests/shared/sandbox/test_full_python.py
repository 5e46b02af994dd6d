"""All of Python in namespaces of its own: what a program gives there, and that it reaches neither
the network nor anybody else's files and processes. On a machine that makes no such namespaces for
us, it says so and nothing runs."""

import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.sandbox import full_python, launcher
from shared.sandbox.full_python import NotThere, mistake_in, value_of, why_not_there
from shared.sandbox.programs import Program, ProgramFailed
from shared.sandbox.workers import SandboxDied

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHY_NOT = why_not_there()
there = pytest.mark.skipif(WHY_NOT is not None, reason=f"no full Python here: {WHY_NOT}")

ATTEMPTS = """
import ctypes, errno, mmap, os, resource, socket, subprocess, sys, threading
def reached(address, family=socket.AF_INET):
    with socket.socket(family) as opened:
        opened.settimeout(1)
        opened.connect(address)
    return "connected"
def called(number, *arguments):
    if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "answered"
def read(path):
    with open(path, "rb") as opened:
        return opened.read(1).hex()
def write(path):
    with open(path, "wb") as opened:
        opened.write(b"x")
    return "written"
def fill():
    for number in range(64):
        with open(f"/tmp/{number}", "wb") as opened:
            opened.write(bytes(1024 * 1024))
    return "filled"
def raised():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    return "raised"
def forked():
    number = os.fork()
    if number == 0:
        os._exit(0)
    os.waitpid(number, 0)
    return "forked"
def opened():
    return [open("/tmp/a", "wb") for _ in range(1000)] and "opened"
NETWORK = {
    "the metadata server": lambda: reached(("169.254.169.254", 80)),
    "the metadata server by IPv6": lambda: reached(("fd20:ce::254", 80), socket.AF_INET6),
    "the metadata server by its name": lambda: reached(("metadata.google.internal", 80)),
    "a server of this machine": lambda: reached(("127.0.0.1", PORT)),
    "a server outside": lambda: reached(("8.8.8.8", 53)),
    "a Unix socket": lambda: reached(UNIX, socket.AF_UNIX),
    "a Unix socket without a file": lambda: reached("\\0" + NAME, socket.AF_UNIX),
}
FILES = {
    "a file of the system": lambda: read("/etc/passwd"),
    "our code": lambda: read(OURS),
    "the environment of another process": lambda: read(f"/proc/{PARENT}/environ"),
    "the memory of another process": lambda: read(f"/proc/{PARENT}/mem"),
    "the list of processes": lambda: str(os.listdir("/proc")),
    "its interpreter, changed": lambda: write(sys.executable),
    "a library, changed": lambda: write(os.__file__),
    "a file beside its folder": lambda: write("/left"),
    "more files than its folder holds": fill,
    "a device": lambda: read("/dev/mem"),
    "a signal to another process": lambda: os.kill(PARENT, 0) or "signalled",
    "the bounds of its parent": lambda: str(resource.prlimit(os.getppid(), resource.RLIMIT_AS)),
}
CALLS = {
    "a process": forked,
    "a process by another call": lambda: called(435, None, 0),
    "a program in its place": lambda: str(os.execv("/bin/sh", ["sh"])),
    "a pair of sockets": lambda: str(socket.socketpair()),
    "a look into another process": lambda: called(101, 16, PARENT, 0, 0),
    "a mount": lambda: called(165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "a namespace": lambda: called(272, 0x10000000),
    "a place in another namespace": lambda: called(308, 0, 0),
    "a key of the kernel": lambda: called(250, 0, -3, 0, 0, 0),
    "a program of the kernel": lambda: called(321, 0, 0, 0),
    "a ring of calls": lambda: called(425, 8, 0),
    "a higher bound": raised,
    "more memory": lambda: str(len(bytearray(1024 ** 3))),
    "more files at once": opened,
}
def run(which):
    found = {}
    for name, attempt in {each: tried for part in which for each, tried in globals()[part].items()}.items():
        try:
            found[name] = attempt()
        except (OSError, MemoryError, ValueError, RuntimeError) as error:
            found[name] = None
    return found
"""  # noqa: E501 - a program of its own


@pytest.fixture
def asked_anew() -> Iterator[None]:
    """Whether the machine runs all of Python is asked again, before and after."""
    why_not_there.cache_clear()
    yield
    why_not_there.cache_clear()


def _value(code: str, **given: Any) -> Any:
    return value_of(Program(code, given, AT, "inv_1"))


def _tried(folder: Path, *which: str) -> dict[str, Any]:
    """What became of each attempt, while all that is tried is there."""
    unix, name = str(folder / "socket"), f"assent-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as by_file,
        socket.socket(socket.AF_UNIX) as by_name,
    ):
        by_file.bind(unix)
        by_file.listen()
        by_name.bind(f"\0{name}")
        by_name.listen()
        known = {"PORT": server.getsockname()[1], "UNIX": unix, "NAME": name}
        known |= {"OURS": full_python.__file__, "PARENT": os.getpid()}
        head = "".join(f"{each} = {value!r}\n" for each, value in known.items())
        found: dict[str, Any] = _value(head + ATTEMPTS, which=list(which))
        return found


@there
def test_it_gives_what_all_of_python_computes() -> None:
    code = """
import statistics
class Half(float):
    def __str__(self):
        return f"half of {2 * self:g}"
def each(lines):
    yield from lines
def run(lines):
    return {"mean": statistics.mean(each(lines)), "half": str(Half(2))}
"""
    assert _value(code, lines=[1, 2, 3, 6]) == {"mean": 3, "half": "half of 4"}


@there
def test_it_reaches_nothing(tmp_path: Path) -> None:
    found = _tried(tmp_path, "NETWORK", "FILES", "CALLS")
    assert {name: got for name, got in found.items() if got is not None} == {}
    assert len(found) == 33
    assert not Path("/left").exists()


@there
def test_its_namespaces_hold_without_the_filter_of_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = ((0x06, 0, 0, 0x7FFF0000),)
    monkeypatch.setattr(full_python, "call_filter", lambda machine: everything)
    found = _tried(tmp_path, "NETWORK", "FILES")
    allowed = {"the bounds of its parent"}
    assert {name for name, got in found.items() if got is not None} <= allowed, found


@there
def test_nothing_is_left_of_what_it_wrote() -> None:
    code = "def run():\n    open('/tmp/a', 'x').write('b')\n    return len(open('/tmp/a').read())"
    assert [_value(code) for _ in range(2)] == [1, 1]
    assert _value("import os\ndef run(): return sorted(os.environ)") == [
        *("LC_CTYPE", "PWD", "PYTHONHASHSEED")
    ]


@there
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def run():\n    return {}['a']", r"failed at line 2 \(KeyError\)"),
        ("def run(:", r"failed at line 1 \(SyntaxError\)"),
        ("x = 1", "it has no function run"),
        ("def run():\n    return {1}", r"failed \(TypeError\)"),
        ("def run():\n    return 'x' * 70000", "it gave more than 65536 characters"),
        ("def run():\n    return float('nan')", r"failed \(ValueError\)"),
        ("def run():\n    return [0] * 10 ** 8", "needs more memory"),
        ("import time\ndef run():\n    time.sleep(60)", "it took more than 4 seconds"),
        ("import sys\ndef run():\n    sys.exit(3)", r"failed at line 3 \(SystemExit\)"),
    ],
)
def test_what_gives_nothing_says_where(code: str, reason: str) -> None:
    with pytest.raises(ProgramFailed, match=reason):
        _value(code)


@there
@pytest.mark.parametrize(
    "code",
    [
        "import os\ndef run():\n    os._exit(0)",
        "import os\ndef run():\n    os.abort()",
        "import ctypes\ndef run():\n    ctypes.string_at(0)",
        "import os\ndef run():\n    os.write(answer_of(), b'[' * 90000)\ndef answer_of(): return 3",
    ],
)
def test_a_process_that_breaks_ends_alone(code: str) -> None:
    with pytest.raises((SandboxDied, ProgramFailed)):
        _value(code)
    assert _value("def run(): return 1") == 1


@there
def test_a_mistake_is_found_before_it_runs() -> None:
    found = mistake_in(Program("def run(a):\n    return (", {"a": None}, AT, ""))
    assert found is not None
    assert found.line == 2
    assert "SyntaxError" in found.message
    other = mistake_in(Program("def run(a): return a", {"b": None}, AT, ""))
    assert other is not None
    assert "missing a required argument: 'a'" in other.message
    assert mistake_in(Program("def run(a): return a", {"a": None}, AT, "")) is None


@pytest.mark.usefixtures("asked_anew")
def test_a_machine_without_bubblewrap_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotThere, match="apt-get install bubblewrap"):
        _value("def run(): return 1")


@pytest.mark.usefixtures("asked_anew")
def test_a_system_that_makes_no_namespaces_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    broken = tmp_path / "bwrap"
    broken.write_text(f"#!/bin/sh\n: > {ran}\necho 'No permissions to create it' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    for _ in range(2):
        with pytest.raises(NotThere, match="makes no namespaces for full Python"):
            _value("def run(): return 1")
    assert ran.exists()


@pytest.mark.usefixtures("asked_anew")
def test_a_processor_whose_calls_are_unknown_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(launcher.NotConfined, match="riscv64"):
        full_python.call_filter("riscv64")
    lines = [json.dumps(full_python.call_filter(each)) for each in ("x86_64", "aarch64")]
    assert lines[0] != lines[1]
