"""Run in a process of its own: it confines itself and then tries, as native code would that broke
out of the interpreter, what it must not reach. Prints what became of each attempt."""

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from shared.sandbox import launcher


def _connected(address: tuple[str, int]) -> str:
    with socket.socket() as opened:
        opened.settimeout(1)
        opened.connect(address)
    return "connected"


def _forked() -> str:
    if os.fork() == 0:
        os._exit(0)
    return "forked"


def _called(number: int, *arguments: Any) -> str:
    done = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if done < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return f"answered {done}"


def _signalled(process: int) -> str:
    os.kill(process, 0)
    return "signalled"


def _read_as_its_errors() -> str:
    os.close(2)
    return open("/etc/passwd", "rb").read(1).hex()


def _shut(libc: ctypes.CDLL, program: str) -> int:
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return 0


def _raised() -> str:
    most = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return "raised"


def attempts(port: int, parent: int) -> dict[str, Callable[[], str]]:
    """What is tried, by its name. `port` is open on this machine, `parent` another process."""
    ptrace, clone3 = (101, 435) if os.uname().machine == "x86_64" else (117, 435)
    read = {
        "a file": "/etc/passwd",
        "the environment of another process": f"/proc/{parent}/environ",
        "the memory of another process": f"/proc/{parent}/mem",
        "our code": __file__,
    }
    return {
        **{name: lambda path=path: open(path, "rb").read(1).hex() for name, path in read.items()},  # type: ignore[misc]
        "a file in the place of its errors": _read_as_its_errors,
        "a list of files": lambda: str(os.listdir("/")),
        "a new file": lambda: str(os.open("/tmp/left-behind", os.O_CREAT | os.O_WRONLY)),
        "a socket": lambda: _connected(("127.0.0.1", port)),
        "the metadata server": lambda: _connected(("169.254.169.254", 80)),
        "a name": lambda: str(socket.getaddrinfo("metadata.google.internal", 80)),
        "a pair of sockets": lambda: str(socket.socketpair()),
        "a process": _forked,
        "a process by another call": lambda: _called(clone3, None, 0),
        "a signal to another process": lambda: _signalled(parent),
        "a look into another process": lambda: _called(ptrace, 16, parent, 0, 0),
        "more memory": lambda: str(len(bytearray(1024 * launcher.MIB))),
        "a higher bound": _raised,
    }


def main(port: str, parent: str, *without: str) -> None:
    """Tries all of it: confined as the kernel can, or without Landlock and shut, as a process is
    once it has begun."""
    tried = attempts(int(port), int(parent))
    # Loaded while it can be.
    "a".encode("idna")
    signal.signal(signal.SIGSYS, signal.SIG_IGN)
    if without:
        launcher.limit_files = _shut
    else:
        tried["a shell"] = lambda: str(os.execv("/bin/sh", ["sh", "-c", "echo out"]))
    launcher.confine(sys.executable)
    found = {}
    for name, attempt in tried.items():
        try:
            found[name] = attempt()
        except (OSError, MemoryError, ValueError) as error:
            number = getattr(error, "errno", None)
            found[name] = errno.errorcode.get(number or 0, type(error).__name__)
    os.write(1, json.dumps(found).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
