"""The tree and its proofs are those of RFC 9162, and few hashes are kept of it."""

import hashlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from shared.audit_log.tree import (
    EMPTY_ROOT,
    GrowingTree,
    Node,
    below,
    consistency,
    inclusion,
    inner_hash,
    is_stored,
    leaf_hash,
    made_of,
    peaks,
    root_with,
)

MOST = 300
HASHES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(MOST)]
LEAVES = [leaf_hash(each) for each in HASHES]
sizes = st.integers(1, MOST)

ROOTS = [EMPTY_ROOT]
WHOLE: dict[Node, bytes] = {}
TREE = GrowingTree()
for leaf in LEAVES:
    WHOLE.update(TREE.add(leaf))
    ROOTS.append(TREE.root)
# All that the database has: what is kept, and the entries.
STORED = {node: hash for node, hash in WHOLE.items() if is_stored(node) or node.level == 0}

# The test data of Certificate Transparency's implementations: leaves, and the root of each size.
CT_LEAVES = [
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
]
CT_ROOTS = """\
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".splitlines()


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is defined."""
    if len(leaves) == 1:
        return leaves[0]
    k = max(1 << level for level in range(20) if 1 << level < len(leaves))
    return inner_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def consistent_roots(
    first: int, size: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """RFC 9162, 2.1.4.2, word for word."""
    if first == size:
        return not path and first_root == second_root
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    fn, sn = first - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = nodes[0]
    for c in nodes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = inner_hash(c, fr), inner_hash(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = inner_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr, sn) == (first_root, second_root, 0)


def consistent(first: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the tree of `size` leaves begins with that of `first`."""
    return consistent_roots(first, size, ROOTS[first], ROOTS[size], path)


def test_roots_are_those_of_other_implementations() -> None:
    tree, roots = GrowingTree(), []
    for leaf in CT_LEAVES:
        tree.add(leaf_hash(leaf))
        roots.append(tree.root.hex())
    assert roots == CT_ROOTS


def test_roots_are_those_of_the_definition() -> None:
    assert GrowingTree().root == EMPTY_ROOT == hashlib.sha256(b"").digest()
    assert [defined_root(LEAVES[:size]) for size in range(1, MOST + 1)] == ROOTS[1:]


@given(sizes, st.data())
def test_an_inclusion_proof_leads_to_the_root_and_to_no_other(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    path = proof.path({node: made_of(STORED, node) for node in proof.needs()})
    assert root_with(LEAVES[index], index, size, path) == ROOTS[size]
    assert root_with(LEAVES[index], index, size, path[:-1]) != ROOTS[size] or not path
    assert root_with(LEAVES[index], index, size, [*path, ROOTS[size]]) is None
    assert root_with(LEAVES[index - 1], index, size, path) != ROOTS[size] or size == 1


@given(sizes, st.data())
def test_a_consistency_proof_shows_that_a_tree_grew_out_of_another(
    size: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, size))
    proof = consistency(first, size)
    path = proof.path({node: made_of(STORED, node) for node in proof.needs()})
    assert consistent(first, size, path)
    if path:
        assert not consistent(first, size, [*path[:-1], bytes(32)])


@given(sizes)
def test_a_tree_grows_on_from_its_kept_hashes(size: int) -> None:
    tree = GrowingTree(size, {node: made_of(STORED, node) for node in peaks(size)})
    assert tree.root == ROOTS[size]
    for leaf in LEAVES[size:]:
        tree.add(leaf)
    assert tree.root == ROOTS[MOST]


def test_every_whole_node_is_made_of_at_most_eight_that_are_kept() -> None:
    assert {node: made_of(STORED, node) for node in WHOLE} == WHOLE
    assert max(len(below(node)) for node in WHOLE) == 8
    assert sum(is_stored(node) for node in WHOLE) < MOST / 15


def test_a_proof_needs_few_hashes_of_a_large_log() -> None:
    size = 1_000_003
    for index in (0, 1, 31_337, size - 1):
        needs = inclusion(index, size).needs() | consistency(index + 1, size).needs()
        parts = {part for node in needs for part in below(node)}
        assert len(parts) < 200
