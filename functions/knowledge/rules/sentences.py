"""The sentences of a JSON value's texts, each with its place. Pure.

What is no sentence is left out: names, ids, hashes, and all else of one word. Time is proportional
to the value's size."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.kit.json_parts import pointer_to, walk
from shared.kit.parsing import refused

# A spec's texts of 128 KB have some 2,000 sentences.
MOST_SENTENCES = 4_000
# A longer sentence is compared part by part, because in a long one a few words count for little.
LONGEST = 240
# What is shorter is read with what follows it: "Publish. At once. Without review."
_FEWEST_WORDS = 3
# After a sentence's end, at an empty line, and where a list begins another item.
_BETWEEN = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])\s*|\n(?=[ \t]*(?:\n|[-*•]|\d{1,3}[.)]))")
# What Assent adds to a spec that people decide about: its own words are about what is forbidden.
_ADDED_TO_SPECS = frozenset(
    {"alone_effects", "case", "changes", "classification", "findings", "irreversible"}
)
_VISIBLE = re.compile(r"\S")
# From here on are scripts without spaces between words.
_UNSPACED = "\u0e00"


class Sentence(NamedTuple):
    """A sentence, word for word as the text at `path` has it from the character `start` on."""

    path: str
    start: int
    quote: str

    @property
    def compared(self) -> str:
        """The sentence on one line."""
        return " ".join(self.quote.split())


def of_authors(content: Mapping[str, Any], subject_type: str | None) -> Mapping[str, Any]:
    """What its authors wrote of an approval's content: all, but of a case about an `agent` without
    what Assent added. Nobody else's request has a subject of that type."""
    if subject_type != "agent":
        return content
    return {name: each for name, each in content.items() if name not in _ADDED_TO_SPECS}


def sentences_of(value: Any) -> list[Sentence]:
    """The sentences of a JSON value in reading order, each once, where it stands first. Raises
    Invalid for one with more than MOST_SENTENCES."""
    found: dict[str, Sentence] = {}
    for trail, part in walk(value):
        if isinstance(part, str) and _words(part) > 1:
            path = pointer_to(trail)
            for start, stop in _stretches(part):
                each = Sentence(path, start, part[start:stop])
                found.setdefault(each.compared, each)
            if len(found) > MOST_SENTENCES:
                raise refused(
                    f"has more than {MOST_SENTENCES} sentences: send the texts in parts", "content"
                )
    return list(found.values())


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each sentence of a text goes, without the blanks around it."""
    start, seen, words = 0, 0, 0
    last: tuple[int, int] | None = None
    for stop in [*(each.start() for each in _BETWEEN.finditer(text)), len(text)]:
        words, seen = words + _words(text[seen:stop]), stop
        if words >= _FEWEST_WORDS:
            if last is not None:
                yield from _parts(text, *last)
            last, start, words = (start, stop), stop, 0
    # Too few words are left for a sentence of their own: they belong to the last one.
    yield from _parts(text, last[0] if last is not None else 0, len(text))


def _parts(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The stretch without the blanks around it, in parts of at most LONGEST characters, between
    words where there are any."""
    while (first := _VISIBLE.search(text, start, stop)) is not None:
        start = first.start()
        end = min(stop, start + LONGEST)
        if end < stop:
            blank = max(text.rfind(each, start, end + 1) for each in " \t\n")
            end = blank if blank > start else end
        yield start, start + len(text[start:end].rstrip())
        start = end


def _words(text: str) -> int:
    """How many words it has; in scripts without spaces between words each letter counts as one."""
    spaced = sum(any(map(str.isalpha, each)) for each in text.split())
    return spaced + sum(each >= _UNSPACED and each.isalpha() for each in text)
