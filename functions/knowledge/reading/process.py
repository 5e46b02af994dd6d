"""Reads one file in a process of its own."""

import asyncio
import json
import os
import sys
from pathlib import Path

from functions.knowledge.reading.formats import Unreadable
from functions.knowledge.rules.chunks import Page
from shared.kit.errors import Unavailable

ROOT = Path(__file__).parents[3]
WITHIN_SECONDS = 90
# Nothing of ours: it has no key and no address.
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


async def read_file(media_type: str, content: bytes) -> list[Page]:
    """The pages of a file. Raises Unreadable where it has no text that can be read in time,
    Unavailable where no process could be started."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "functions.knowledge.reading", media_type),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
        )
    except OSError as error:
        raise Unavailable("no process could be started to read the file") from error
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            answer, _ = await process.communicate(content)
    except TimeoutError:
        raise Unreadable(f"nothing could read it within {WITHIN_SECONDS} seconds") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Unreadable("reading it took more time or memory than a document may")
    said = json.loads(answer)
    if "unreadable" in said:
        raise Unreadable(said["unreadable"])
    return [Page(each["text"], tuple(each.get("headings", ()))) for each in said["pages"]]
