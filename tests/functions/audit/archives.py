"""What whoever has an archive can do to it, and which entry it is about."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from shared.audit_log.entries import GENESIS, link_hash
from shared.audit_log.tree import leaf_hash
from tests.shared.verify.archives import rewritten

_ENTRIES, _LEAVES = "entries/00000001.jsonl", "tree/00000001"
_LEAF = 32


class Spoiled(NamedTuple):
    """The archive after it, and the number of the first entry that differs; 0 where what differs is
    of no entry, or of all."""

    archive: bytes
    first: int


def _lines(archive: bytes) -> list[bytes]:
    """The lines of its entries, of which there are fewer than one file holds."""
    found = list[bytes]()

    def noted(name: str, content: bytes) -> bytes:
        if name == _ENTRIES:
            found.extend(content.splitlines(keepends=True))
        return content

    rewritten(archive, noted)
    return found


def _with(
    archive: bytes,
    lines: Callable[[list[bytes]], list[bytes]],
    leaves: Callable[[list[bytes]], list[bytes]] = lambda each: each,
) -> bytes:
    def change(name: str, content: bytes) -> bytes:
        if name == _ENTRIES:
            return b"".join(lines(content.splitlines(keepends=True)))
        if name == _LEAVES:
            return b"".join(
                leaves([content[at : at + _LEAF] for at in range(0, len(content), _LEAF)])
            )
        return content

    return rewritten(archive, change)


def _place(archive: bytes, chance: Random) -> tuple[int, list[bytes]]:
    lines = _lines(archive)
    return chance.randrange(len(lines)), lines


def flip_any_byte(archive: bytes, chance: Random) -> Spoiled:
    """One byte of the file, wherever it is."""
    at = chance.randrange(len(archive))
    lines = _lines(archive)
    return Spoiled(_flipped(archive, at, chance), _entry_at(archive, lines, at))


def flip_a_byte_of_an_entry(archive: bytes, chance: Random) -> Spoiled:
    place, lines = _place(archive, chance)
    at = archive.index(lines[place]) + chance.randrange(len(lines[place]))
    return Spoiled(_flipped(archive, at, chance), place + 1)


def _flipped(archive: bytes, at: int, chance: Random) -> bytes:
    other = bytes([archive[at] ^ chance.randint(1, 255)])
    return archive[:at] + other + archive[at + 1 :]


def _entry_at(archive: bytes, lines: list[bytes], at: int) -> int:
    begin = archive.index(lines[0])
    for number, line in enumerate(lines, 1):
        if begin <= at < begin + len(line):
            return number
        begin += len(line)
    return 0


def flip_a_leaf(archive: bytes, chance: Random) -> Spoiled:
    place, _ = _place(archive, chance)
    other = _with(
        archive, list, lambda leaves: [*leaves[:place], bytes(_LEAF), *leaves[place + 1 :]]
    )
    return Spoiled(other, place + 1)


def drop_a_line(archive: bytes, chance: Random) -> Spoiled:
    place, _ = _place(archive, chance)
    return Spoiled(_with(archive, lambda lines: lines[:place] + lines[place + 1 :]), place + 1)


def drop_an_entry(archive: bytes, chance: Random) -> Spoiled:
    """With its leaf."""
    place, _ = _place(archive, chance)

    def without(parts: list[bytes]) -> list[bytes]:
        return parts[:place] + parts[place + 1 :]

    return Spoiled(_with(archive, without, without), place + 1)


def cut_the_last(archive: bytes, chance: Random) -> Spoiled:
    place, _ = _place(archive, chance)
    return Spoiled(
        _with(archive, lambda lines: lines[:place], lambda each: each[:place]), place + 1
    )


def repeat_a_line(archive: bytes, chance: Random) -> Spoiled:
    place, _ = _place(archive, chance)
    return Spoiled(_with(archive, lambda lines: lines[: place + 1] + lines[place:]), place + 2)


def swap_lines(archive: bytes, chance: Random) -> Spoiled:
    one, lines = _place(archive, chance)
    other = chance.randrange(len(lines))
    if one == other:
        return flip_a_leaf(archive, chance)

    def swapped(lines: list[bytes]) -> list[bytes]:
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    return Spoiled(_with(archive, swapped), min(one, other) + 1)


def replace_whole(archive: bytes, chance: Random) -> Spoiled:
    """An entry has another text, and the hash of that."""
    place, _ = _place(archive, chance)

    def replaced(lines: list[bytes]) -> list[bytes]:
        return [*lines[:place], next(_anew(lines, place)), *lines[place + 1 :]]

    return Spoiled(_with(archive, replaced), place + 1)


def hash_anew(archive: bytes, chance: Random) -> Spoiled:
    """An entry has another text, and all lines from it on the hashes of that; the leaves too, or
    not: without the others' leaves, nothing in the archive says which one it is."""
    place, _ = _place(archive, chance)
    with_leaves = chance.random() < 0.5

    def replaced(lines: list[bytes]) -> list[bytes]:
        return [*lines[:place], *_anew(lines, place)]

    if not with_leaves:
        return Spoiled(_with(archive, replaced), place + 1)
    anew = [leaf_hash(json.loads(each)["hash"]) for each in replaced(_lines(archive))]
    return Spoiled(_with(archive, replaced, lambda _: anew), 0)


def _anew(lines: list[bytes], place: int) -> Iterator[bytes]:
    """The lines from that place on, the first with another text."""
    previous = json.loads(lines[place - 1])["hash"] if place else GENESIS
    for number, line in enumerate(lines[place:], place):
        said: dict[str, Any] = json.loads(line)
        body = line[line.index(b',"body":') + 8 : -2].decode()
        if number == place:
            body = '{"altered":1,' + body[1:]
        names = {name: said[name] for name in ("tenant_id", "number", "event_id")}
        hash = link_hash(previous=previous, body=body, **names)
        head = line[: line.index(b',"previous_hash":')].decode()
        yield f'{head},"previous_hash":"{previous}","hash":"{hash}","body":{body}}}\n'.encode()
        previous = hash


EACH_FILE = (
    *(flip_any_byte, flip_a_byte_of_an_entry, flip_a_leaf, drop_a_line, drop_an_entry),
    *(cut_the_last, repeat_a_line, swap_lines, replace_whole, hash_anew),
)
