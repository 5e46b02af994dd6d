"""The first program of a sandbox's process: it gives up all that the second one does not need, and
becomes that. Run by its path (`python -ISB launcher.py <program> <argument>…`); it imports nothing
of the project.

What holds afterwards, for whatever code gets hold of the process: no environment, no files but the
program and its libraries (Landlock, where the kernel has it), no socket, no further process, no
signal to another one (seccomp, without which nothing starts on Linux), and bounds of memory,
processor time and open files (rlimits). Sources: landlock(7), seccomp(2), and the tables of
system calls of Linux for x86_64 and arm64."""

import ctypes
import errno
import os
import resource
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Importing these takes longer than all else.
    from collections.abc import Iterable, Iterator, Sequence

MIB = 1024 * 1024
# The most bytes of addresses: to check the types of 30 KB takes half of them.
MOST_ADDRESSES = 384 * MIB
MOST_CPU_SECONDS = 15
MOST_FILES = 16
NOT_CONFINED = 78

_PR_SET_NAME, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 15, 22, 38
_CLONE_THREAD = 0x10000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Their numbers on x86_64 and arm64; None where it has none.
_ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, None),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "access": (21, None),
    "faccessat": (269, 48),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "execve": (59, 221),
    "exit": (60, 93),
    "sigaltstack": (131, 132),
    "arch_prctl": (158, None),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "set_tid_address": (218, 96),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "newfstatat": (262, 79),
    "ppoll": (271, 73),
    "set_robust_list": (273, 99),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "statx": (332, 291),
    "rseq": (334, 293),
}
# Allowed where an argument says that nothing more is asked for: a thread, reading, a name.
_CLONE, _OPENAT, _PRCTL = (56, 220), (257, 56), (157, 167)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _HIGHER, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
# As on a kernel that does not know the call: libraries go on with an older one.
_REFUSE = 0x00050000 | errno.ENOSYS
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_OF_32_BITS = 0x40000000

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_LOADER = ("/etc/ld.so.cache",)


# One of a filter of system calls (classic BPF): what it does, how many it skips if so and if not,
# and a value.
Instruction = tuple[int, int, int, int]


class NotConfined(Exception):
    """The process cannot give up what it must."""


def main(arguments: "Sequence[str]") -> None:
    """Becomes the program, confined; exits with 78 where it cannot be."""
    program, *rest = arguments
    try:
        confine(program)
    except (NotConfined, OSError, ValueError) as error:
        try:
            os.write(2, f"the sandbox is not confined: {error}\n".encode())
        finally:
            os._exit(NOT_CONFINED)
    os.execve(program, [program, *rest], {})  # noqa: S606


def confine(program: str) -> None:
    """Gives up all that the program does not need. Raises NotConfined where a system of this kind
    could and this one does not, OSError."""
    close_inherited()
    os.chdir("/")
    limit_resources()
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NotConfined("it could gain privileges")
    limit_files(libc, program)
    limit_calls(libc)


def close_inherited() -> None:
    """Closes all descriptors but those of its input, output and errors, however high their numbers
    are: the bound of open files may have been lowered since. Raises OSError."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            numbers = [int(each) for each in os.listdir(folder)]
        except (OSError, ValueError):
            continue
        for each in numbers:
            if each > 2:
                _close(each)
        return
    os.closerange(3, 1 << 20)


def _close(number: int) -> None:
    try:
        os.close(number)
    except OSError as error:
        # The one that listed the others is closed already.
        if error.errno != errno.EBADF:
            raise


def limit_resources() -> None:
    """Bounds memory, processor time and files; nothing is written, and no core left behind."""
    bounds = {
        resource.RLIMIT_CPU: MOST_CPU_SECONDS,
        resource.RLIMIT_NOFILE: MOST_FILES,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = MOST_ADDRESSES
    for what, most in bounds.items():
        resource.setrlimit(what, (most, most))


def limit_files(libc: ctypes.CDLL, program: str) -> int:
    """Takes all files but the program and the libraries, and TCP, as far as the kernel's Landlock
    goes; its version, 0 for none. Raises NotConfined, OSError."""
    version: int = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return 0
    rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    nets, scopes = 3 if version >= 4 else 0, 3 if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24
    attributes = struct.pack("=QQQ", rights, nets, scopes)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, size, 0)
    if ruleset < 0:
        raise NotConfined("Landlock takes no rules")
    for path in (program, *_LOADER, *_LIBRARIES):
        if os.path.exists(path):
            _allow(libc, ruleset, path)
    if libc.syscall(_RESTRICT_SELF, ruleset, 0) != 0:
        raise NotConfined("Landlock does not restrict it")
    os.close(ruleset)
    return version


def _allow(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    rights = _EXECUTE | _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, opened), 0) != 0:
            raise NotConfined(f"Landlock takes no rule for {path}")
    finally:
        os.close(opened)


def limit_calls(libc: ctypes.CDLL) -> None:
    """Leaves it the calls of a program that computes, reads its input and writes its output.
    Raises NotConfined where the system takes no filter, or its processor is unknown."""
    program = b"".join(struct.pack("=HBBI", *each) for each in call_filter(os.uname().machine))
    held = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    if libc.prctl(_PR_SET_SECCOMP, 2, described, 0, 0) != 0:
        raise NotConfined("the system takes no filter of its calls (seccomp)")


def call_filter(machine: str) -> "tuple[Instruction, ...]":
    """The filter of system calls for a processor. Raises NotConfined for one that is unknown."""
    if machine not in _ARCHITECTURES:
        raise NotConfined(f"the system calls of {machine} are unknown")
    column, architecture = _ARCHITECTURES[machine]
    return (
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_HIGHER, 0, 1, _OF_32_BITS),
        (_RETURN, 0, 0, _KILL),
        *_where(_CLONE[column], 0, _BITS, _CLONE_THREAD, allows=True),
        *_where(_OPENAT[column], 2, _BITS, _WRITES, allows=False),
        *_where(_PRCTL[column], 0, _EQUAL, _PR_SET_NAME, allows=True),
        *_always(numbers[column] for numbers in _ALLOWED.values()),
        (_RETURN, 0, 0, _REFUSE),
    )


def _always(numbers: "Iterable[int | None]") -> "Iterator[Instruction]":
    for number in numbers:
        if number is not None:
            yield (_EQUAL, 0, 1, number)
            yield (_RETURN, 0, 0, _ALLOW)


def _where(
    number: int, argument: int, test: int, value: int, *, allows: bool
) -> "Iterator[Instruction]":
    """The call, allowed or refused by a test of one of its arguments."""
    yes, no = (_ALLOW, _REFUSE) if allows else (_REFUSE, _ALLOW)
    yield (_EQUAL, 0, 4, number)
    yield (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument)
    yield (test, 0, 1, value)
    yield (_RETURN, 0, 0, yes)
    yield (_RETURN, 0, 0, no)


if __name__ == "__main__":
    main(sys.argv[1:])
