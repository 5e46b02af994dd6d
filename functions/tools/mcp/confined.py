"""Starts the command in its arguments with limits, with nothing of our environment, and without
ever getting more rights than we have. It ends with us. Run as a script: it imports nothing of
ours."""

import ctypes
import os
import resource
import signal
import sys

MEGABYTE = 1024 * 1024
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_FSIZE: 16 * MEGABYTE,
    resource.RLIMIT_DATA: 1024 * MEGABYTE,
    # Seconds of a processor in all of its life; then it is started anew.
    resource.RLIMIT_CPU: 600,
}
_SET_PDEATHSIG, _SET_NO_NEW_PRIVS = 1, 38


def main(command: list[str]) -> None:
    """Becomes the command."""
    for limit, most in LIMITS.items():
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.umask(0o077)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.getcwd(), "LANG": "C.UTF-8"}
    os.execve(command[0], command, environment)  # noqa: S606 - the operator's


if __name__ == "__main__":
    main(sys.argv[1:])
