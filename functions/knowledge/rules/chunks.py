"""Chunks of a text: by its headings, of 600 to 900 characters where there are so many. Pure.

A chunk is a stretch of its page, so that whoever has the page can check the quotation. Its
headings stand before it where it is searched, and are no part of it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from semantic_text_splitter import TextSplitter

SHORTEST, LONGEST = 600, 900
MOST_CHUNKS = 20_000
# What is longer is a paragraph, and part of a chunk: headings are copied into each chunk.
LONGEST_HEADING, LONGEST_PATH = 200, 600
_LONGEST_LINE = 300
_BETWEEN = " › "
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_FENCE = re.compile(r"^[ \t]{0,3}(```|~~~)")


class Page(NamedTuple):
    """A page of a document, or all of one without pages, and the headings that hold where it
    begins."""

    text: str
    headings: tuple[str, ...] = ()


class Chunk(NamedTuple):
    """The characters from `start` to before `stop` of a page, which is counted from 1, under its
    headings."""

    page: int
    start: int
    stop: int
    heading: str
    text: str

    @property
    def searched(self) -> str:
        """What is searched for."""
        return f"{self.heading}\n{self.text}" if self.heading else self.text


class Changes(NamedTuple):
    """What becomes of chunks that are stored where a text has others: those that say the same are
    `kept`, at their new places."""

    kept: list[tuple[int, Chunk]]
    new: list[Chunk]
    gone: list[int]


def changes(stored: Iterable[tuple[int, str, str]], chunks: Iterable[Chunk]) -> Changes:
    """How chunks, each an id with its heading and its text, become those of the text."""
    ids: dict[tuple[str, str], list[int]] = defaultdict(list)
    for id, heading, text in stored:
        ids[heading, text].append(id)
    kept, new = [], []
    for each in chunks:
        same = ids[each.heading, each.text]
        if same:
            kept.append((same.pop(0), each))
        else:
            new.append(each)
    return Changes(kept, new, [id for left in ids.values() for id in left])


def quote_hash(text: str) -> str:
    """The hash of a quotation, by which its citation names it."""
    return hashlib.sha256(text.encode()).hexdigest()


def chunks_of(pages: Sequence[Page], *, has_headings: bool) -> list[Chunk]:
    """The chunks of the pages in their order, up to one more than MOST_CHUNKS. Lines of a text
    that `has_headings` begin sections where they are Markdown's. Takes time in proportion to the
    text."""
    return list(islice(_chunks(pages, has_headings=has_headings), MOST_CHUNKS + 1))


def path_of(headings: Sequence[str]) -> str:
    """Headings as they stand before a chunk: the innermost ones, as far as there is room."""
    path = [each[:LONGEST_HEADING] for each in headings]
    while len(_BETWEEN.join(path)) > LONGEST_PATH:
        del path[0]
    return _BETWEEN.join(path)


def _chunks(pages: Sequence[Page], *, has_headings: bool) -> Iterator[Chunk]:
    for number, page in enumerate(pages, 1):
        sections = _sections(page.text) if has_headings else iter(((0, page.text, ()),))
        for offset, text, path in sections:
            heading = path_of((*page.headings, *path))
            for start, chunk in _splitter().chunk_indices(text):
                at = offset + start
                yield Chunk(number, at, at + len(chunk), heading, chunk)


class _Opened(NamedTuple):
    """A heading: where its line begins, its depth, and the headings above it."""

    start: int = 0
    depth: int = 0
    above: tuple[str, ...] = ()


def _sections(text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Where each section begins, its text without its heading, and the headings that it is under. A
    heading under which nothing stands is a section's text itself."""
    path: dict[int, str] = {}
    opened = _Opened()
    begin = offset = 0
    is_code = False
    for line in text.splitlines(keepends=True):
        if _FENCE.match(line):
            is_code = not is_code
        heading = None if is_code else _heading(line)
        if heading is not None:
            depth, title = heading
            yield _section(text, opened, begin, offset, tuple(path.values()), depth)
            path = {level: each for level, each in path.items() if level < depth}
            opened = _Opened(offset, depth, tuple(path.values()))
            path[depth] = title
            begin = offset + len(line)
        offset += len(line)
    yield _section(text, opened, begin, len(text), tuple(path.values()), 0)


def _section(
    text: str, opened: _Opened, begin: int, end: int, path: tuple[str, ...], next_depth: int
) -> tuple[int, str, tuple[str, ...]]:
    """The section from `begin` to before `end`; its heading where it has no text and the next
    heading is not below it."""
    body = text[begin:end]
    if opened.depth and next_depth <= opened.depth and not body.strip():
        return opened.start, text[opened.start : begin], opened.above
    return begin, body, path


def _heading(line: str) -> tuple[int, str] | None:
    """The depth of the heading that a line is, and its title without the `#` that may close it."""
    if not line.startswith("#") or len(line) > _LONGEST_LINE:
        return None
    found = _HEADING.fullmatch(line.rstrip())
    if found is None:
        return None
    title = found[2]
    opened = title.rstrip("#")
    if opened[-1:] in ("", " ", "\t"):
        title = opened.rstrip()
    return (len(found[1]), title) if 0 < len(title) <= LONGEST_HEADING else None


@cache
def _splitter() -> "TextSplitter":
    from semantic_text_splitter import TextSplitter

    return TextSplitter((SHORTEST, LONGEST))
