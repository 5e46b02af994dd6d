"""Becomes the given command, but dies with the platform. Run as `python -I -S`, then this file.

A separate program, because code between fork and exec of a threaded process may deadlock. It starts
in about 15 ms. On Linux the kernel sends `signal` when the platform has ended, also after SIGKILL;
elsewhere only an orderly stop ends the command. Arguments: the parent, the signal, the user to
become or -1, the command."""

import os
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
GONE = 120


def main(parent: int, signal: int, user: int, command: list[str]) -> None:
    """Never returns."""
    die_with_parent = _prctl()  # Before setuid: another user may not read the standard library.
    if user >= 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    die_with_parent(PR_SET_PDEATHSIG, signal)  # After setuid, which clears it.
    if os.getppid() != parent:
        sys.exit(GONE)
    os.execvp(command[0], command)


def _prctl() -> Callable[[int, int], object]:
    if sys.platform != "linux":
        return lambda *_: None
    import ctypes

    prctl: Callable[[int, int], object] = ctypes.CDLL(None).prctl
    return prctl


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
