"""`python -m functions.knowledge.reading MEDIA_TYPE`: reads a file from its input, and writes its
pages and chunks as JSON.

It takes a bounded time and memory, opens no connection, starts nothing and writes no file: what it
reads may be made to harm whoever reads it."""

import json
import resource
import sys
from typing import Any

from functions.knowledge.reading.formats import Unreadable, chunks, read

SECONDS = 60
# Of addresses: libraries of Office files take 700 MiB of them before they read anything. The
# service has 2 GiB, with its own model, and reads one file at a time.
MEMORY_BYTES = 1280 * 1024 * 1024
_FORBIDDEN = frozenset(
    (
        *("socket.connect", "socket.bind", "socket.sendto"),
        *("subprocess.Popen", "os.exec", "os.system", "os.fork", "os.posix_spawn"),
        *("os.remove", "os.rename", "shutil.rmtree"),
    )
)


def main(media_type: str) -> int:
    """Returns 0 also for a file that cannot be read: its answer says why."""
    content = sys.stdin.buffer.read()
    _confine()
    answer: dict[str, Any]
    try:
        answer = _read(media_type, content)
    except Unreadable as why:
        answer = {"unreadable": str(why)}
    except RecursionError:
        answer = {"unreadable": "it is nested too deeply"}
    except MemoryError:
        answer = {"unreadable": "it needs more memory than a document may"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
    return 0


def _read(media_type: str, content: bytes) -> dict[str, Any]:
    pages = read(media_type, content)
    found = chunks(media_type, pages)
    # Of a chunk its place says the text.
    return {
        "pages": [each.text for each in pages],
        "chunks": [(each.page, each.start, each.stop, each.heading) for each in found],
    }


def _confine() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"a reader does no {event}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
