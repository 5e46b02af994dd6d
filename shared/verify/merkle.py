"""The root of an RFC 9162 Merkle tree, leaf by leaf."""

import hashlib


class Tree:
    """Holds the roots of the whole subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Adds the hash of a leaf."""
        size, roots = self.size, self._roots
        while size & 1:
            leaf = hashlib.sha256(b"\x01" + roots.pop() + leaf).digest()
            size >>= 1
        roots.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self._roots:
            return hashlib.sha256(b"").digest()
        *roots, root = self._roots
        for left in reversed(roots):
            root = hashlib.sha256(b"\x01" + left + root).digest()
        return root
