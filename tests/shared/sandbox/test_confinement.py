"""What holds for native code in the process of a sandbox, were somebody to break out of its
interpreter."""

import ctypes
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.sandbox import launcher
from shared.sandbox.programs import session
from tests.shared.sandbox import native
from tests.shared.sandbox.test_programs import AT

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone confines processes")
# What Landlock closes before the process has begun, and nothing else does.
OF_FILES = {
    "a file",
    "the environment of another process",
    "the memory of another process",
    "our code",
    "a file in the place of its errors",
    "a list of files",
}


def _has_landlock() -> bool:
    version: int = ctypes.CDLL(None).syscall(launcher._CREATE_RULESET, None, 0, 1)
    return version > 0


def _tried(*without: str) -> dict[str, Any]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, parent = server.getsockname()[1], os.getpid()
        done = subprocess.run(
            [sys.executable, native.__file__, str(port), str(parent), *without],
            env={"PYTHONPATH": str(ROOT), "SECRET": "x"},
            capture_output=True,
            timeout=30,
            check=True,
        )
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_native_code_reaches_nothing() -> None:
    found = _tried()
    open_now = set() if _has_landlock() else OF_FILES | {"a shell"}
    refused = {"EACCES", "EPERM", "ENOSYS", "MemoryError", "gaierror", "EAI_AGAIN"}
    got_out = {name: got for name, got in found.items() if got not in refused}
    assert got_out.keys() <= open_now, got_out
    assert found["the metadata server"] == "ENOSYS"


def test_native_code_reaches_nothing_without_landlock_either() -> None:
    """As in a container of gVisor, which has seccomp and rlimits."""
    found = _tried("without")
    assert {found[each] for each in OF_FILES} == {"EMFILE"}
    still = {name: got for name, got in found.items() if name not in OF_FILES}
    assert set(still.values()) <= {"ENOSYS", "MemoryError", "gaierror", "EMFILE", "EPERM"}, still


def test_the_process_of_a_program_is_confined() -> None:
    with session(AT, "") as opened:
        process = Path(f"/proc/{opened.worker_pid}")
        said = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
        assert (said["Seccomp"], said["NoNewPrivs"]) == ("2", "1")
        assert (process / "environ").read_bytes() == b""
        assert (process / "limits").read_text().count(str(launcher.MOST_ADDRESSES)) == 2
        assert len(list((process / "fd").iterdir())) == 3
        (files,) = (
            line for line in (process / "limits").read_text().splitlines() if "open" in line
        )
        assert files.split()[3:5] == ["0", "0"]


@pytest.mark.parametrize("number", [3, 1_023, 1_024, 3_000])
def test_nothing_inherited_stays_open(number: int) -> None:
    """However high its number is, also above a bound that was lowered after it was opened."""
    code = (
        "import json, os, resource, sys\n"
        "from shared.sandbox import launcher\n"
        "_, most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, most))\n"
        f"os.dup2(os.open('/dev/null', os.O_RDONLY), {number}, inheritable=True)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))\n"
        "launcher.close_inherited()\n"
        "print(json.dumps(sorted(map(int, os.listdir('/proc/self/fd')))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        timeout=30,
    )
    # The fourth is the one that lists them.
    assert json.loads(done.stdout) == [0, 1, 2, 3]


def test_an_unknown_processor_is_not_confined() -> None:
    with pytest.raises(launcher.NotConfined, match="vax"):
        launcher.call_filter("vax")


def test_what_cannot_be_confined_does_not_begin(tmp_path: Path) -> None:
    program = tmp_path / "program"
    code = (
        "import sys; from shared.sandbox import launcher\n"
        "launcher.call_filter = lambda machine: ()\n"
        f"launcher.main(['{program}'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, check=False, timeout=30
    )
    assert done.returncode == launcher.NOT_CONFINED


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_filter_ends_with_a_refusal_and_its_jumps_stay_within(machine: str) -> None:
    found = launcher.call_filter(machine)
    assert found[-1] == (0x06, 0, 0, launcher._REFUSE)
    for at, (code, then, otherwise, _) in enumerate(found):
        if code & 0x07 == 0x05:
            assert at + 1 + max(then, otherwise) < len(found)
