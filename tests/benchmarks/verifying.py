"""How long `assent-verify` takes for a million entries, in processor time."""

import itertools
import tempfile
import time
from pathlib import Path

from joserfc.jwk import KeySet

from functions.audit.rules.archive import SEGMENT, Archive
from shared.audit_log.checkpoints import signed_checkpoint
from shared.audit_log.tree import GrowingTree, leaf_hash
from shared.verify.check import verify
from tests.benchmarks.figures import Figure, at_most
from tests.shared.verify.archives import AT, KEY, LOG, bodies, chained

ENTRIES = 100_000
A_MILLION = 1_000_000
MOST_SECONDS = 15.0


def measure() -> dict[str, Figure]:
    """Of ENTRIES entries of a kilobyte, tenfold; an archive is read once from end to end."""
    with tempfile.NamedTemporaryFile(prefix="assent-bench-") as file:
        _write(Path(file.name))
        began = time.process_time()
        found = verify(file)
        seconds = time.process_time() - began
    assert (found.entries, found.broken) == (ENTRIES, "")
    value = seconds * A_MILLION / ENTRIES
    return {"audit entries verified": Figure(value, "s a million", aim=at_most(MOST_SECONDS))}


def _write(path: Path) -> None:
    tree, archive, entries = GrowingTree(), Archive(), chained(bodies(ENTRIES))
    with path.open("wb") as file:
        while segment := list(itertools.islice(entries, SEGMENT)):
            for entry in segment:
                tree.add(leaf_hash(entry.hash))
            file.write(archive.segment(segment))
        checkpoint = signed_checkpoint(LOG, tree.size, tree.root, KEY)
        keys = KeySet([KEY])
        file.write(
            archive.end(tenant_id="acme", log=LOG, checkpoint=checkpoint, at=AT, keys=keys, key=KEY)
        )
