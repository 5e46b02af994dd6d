"""Reads one file in a process of its own."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from functions.knowledge.reading.formats import Unreadable
from functions.knowledge.rules.chunks import Chunk, Page
from shared.kit.errors import Unavailable

ROOT = Path(__file__).parents[3]
WITHIN_SECONDS = 90
# Eight million characters of four bytes, and as many of headings.
MOST_ANSWERED_BYTES = 80 * 1024 * 1024
# Nothing of ours: it has no key and no address.
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class Reading(NamedTuple):
    """The pages of a file, and their chunks."""

    pages: list[Page]
    chunks: list[Chunk]


async def read_file(media_type: str, content: bytes) -> Reading:
    """What a file says. Raises Unreadable where it has no text that can be read in time,
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
            answer = await _answer(process, content)
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
    pages = [Page(text) for text in said["pages"]]
    chunks = [
        Chunk(page, start, stop, heading, pages[page - 1].text[start:stop])
        for page, start, stop, heading in said["chunks"]
    ]
    return Reading(pages, chunks)


async def _answer(process: asyncio.subprocess.Process, content: bytes) -> bytes:
    """What the process writes until it ends. Raises Unreadable where that is too much."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(content)
    answer = bytearray()
    # One that ends without reading all of its input says so by its code.
    with suppress(BrokenPipeError, ConnectionResetError):
        await process.stdin.drain()
    process.stdin.close()
    while piece := await process.stdout.read(1 << 20):
        answer += piece
        if len(answer) > MOST_ANSWERED_BYTES:
            raise Unreadable("what was read of it is larger than a document may be")
    await process.wait()
    return bytes(answer)
