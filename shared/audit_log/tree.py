"""The RFC 9162 Merkle tree over one tenant's entries, from hashes that are stored as it grows.

A leaf is SHA-256(0x00 || the entry's chain hash, 32 bytes), an inner node SHA-256(0x01 || left ||
right). Node (level, place) covers the leaves from place * 2^level on, 2^level of them; only such
whole nodes have a name, so the hash of a name never changes. Of every fourth level the hashes are
stored; those between, and the leaves, are made of at most eight hashes below them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

EMPTY_ROOT = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    """The place of a whole subtree."""

    level: int
    place: int


Hashes = Mapping[Node, bytes]
_STORED_LEVELS = 4


def leaf_hash(entry_hash: str) -> bytes:
    """The leaf of the entry with that chain hash, in hex."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """The node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_stored(node: Node) -> bool:
    """Whether the node's hash is stored; those of leaves are made of the entries."""
    return node.level > 0 and node.level % _STORED_LEVELS == 0


def below(node: Node) -> tuple[Node, ...]:
    """The stored nodes, or leaves, that the node is made of; a stored node or a leaf is its own."""
    levels = node.level % _STORED_LEVELS
    first = node.place << levels
    return tuple(Node(node.level - levels, first + each) for each in range(1 << levels))


def made_of(stored: Hashes, node: Node) -> bytes:
    """The hash of a node, from those `below` it. Raises KeyError where one is missing."""
    hashes = [stored[each] for each in below(node)]
    while len(hashes) > 1:
        hashes = [inner_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def peaks(size: int) -> tuple[Node, ...]:
    """The whole subtrees of a tree of that size, largest first: together they have all leaves."""
    return tuple(_covering(0, size))


class GrowingTree:
    """A tree to which leaves are added. Holds its peaks only."""

    def __init__(self, size: int = 0, hashes: Hashes | None = None) -> None:
        self.size = size
        self._peaks = [(node, (hashes or {})[node]) for node in peaks(size)]

    def add(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Adds a leaf; the nodes that are whole since then, the leaf among them."""
        node, hash = Node(0, self.size), leaf
        whole = [(node, hash)]
        while node.place % 2:
            _, left = self._peaks.pop()
            node, hash = Node(node.level + 1, node.place // 2), inner_hash(left, hash)
            whole.append((node, hash))
        self._peaks.append((node, hash))
        self.size += 1
        return whole

    @property
    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _folded([hash for _, hash in self._peaks]) if self._peaks else EMPTY_ROOT


class Proof(NamedTuple):
    """The places whose hashes are the steps of a proof, in RFC 9162's order. A step of several
    places is the node above them, which is not whole."""

    steps: tuple[tuple[Node, ...], ...]

    def needs(self) -> set[Node]:
        """The nodes that the proof is made of."""
        return {node for step in self.steps for node in step}

    def path(self, hashes: Hashes) -> list[bytes]:
        """The hashes of the proof, from those of the nodes that it needs."""
        return [_folded([hashes[node] for node in step]) for step in self.steps]


def inclusion(index: int, size: int) -> Proof:
    """What proves that the leaf `index` is in the tree of `size`, which is larger than it."""
    return Proof(tuple(reversed(tuple(_siblings(index, 0, size)))))


def consistency(first: int, size: int) -> Proof:
    """What proves that the tree of `size` begins with the tree of `first`, which is neither empty
    nor larger."""
    return Proof(tuple(reversed(tuple(_differences(first, 0, size)))))


def root_with(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None where its length is not
    that of a proof of this leaf in this tree."""
    number, last, hash = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if number % 2 or number == last:
            hash = inner_hash(sibling, hash)
            while number and not number % 2:
                number, last = number >> 1, last >> 1
        else:
            hash = inner_hash(hash, sibling)
        number, last = number >> 1, last >> 1
    return hash if last == 0 else None


def root_of(size: int, hashes: Hashes) -> bytes:
    """The root of the tree of that size, from its peaks."""
    return _folded([hashes[each] for each in peaks(size)]) if size else EMPTY_ROOT


def _siblings(index: int, begin: int, end: int) -> Iterator[tuple[Node, ...]]:
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            yield tuple(_covering(middle, end))
            end = middle
        else:
            yield tuple(_covering(begin, middle))
            begin = middle


def _differences(first: int, begin: int, end: int) -> Iterator[tuple[Node, ...]]:
    is_whole = True
    while first != end:
        middle = begin + _largest_power_below(end - begin)
        if first <= middle:
            yield tuple(_covering(middle, end))
            end = middle
        else:
            yield tuple(_covering(begin, middle))
            begin, is_whole = middle, False
    if not is_whole:
        yield tuple(_covering(begin, end))


def _covering(begin: int, end: int) -> Iterator[Node]:
    """The fewest whole nodes with the leaves from `begin` to before `end`, where `begin` is a
    multiple of a power of two that is not smaller than the rest."""
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield Node(level, begin >> level)
        begin += 1 << level


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _folded(hashes: Sequence[bytes]) -> bytes:
    *lefts, folded = hashes
    for left in reversed(lefts):
        folded = inner_hash(left, folded)
    return folded
