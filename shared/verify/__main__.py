"""`assent-verify ARCHIVE [--key KEY]`: verifies an exported archive of an audit log.

Recomputes the hash of every entry, the chain of them, their Merkle tree and the two signatures, and
names the first entry that is not as it was appended. Needs no network and writes nothing. Without
--key it trusts the keys that the archive names itself, which shows that the archive agrees with
itself, and not who made it: compare the key that it prints with one that you have from elsewhere.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .check import verify
from .notes import Forged


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 whole, 1 not as it was signed, 2 nothing to verify."""
    parser = argparse.ArgumentParser(prog="assent-verify", description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--key", action="append", default=[], help="a verifier key that you trust")
    chosen = parser.parse_args(arguments)
    try:
        with chosen.archive.open("rb") as archive:
            found = verify(archive, chosen.key)
    except (OSError, Forged) as error:
        print(f"{chosen.archive} was not verified: {error}", file=sys.stderr)
        return 2
    if found.broken:
        print(f"{chosen.archive}: BROKEN\n  {found.broken}")
        return 1
    more = f" and {found.documents} files of its tenant's documents" if found.documents else ""
    print(f"{chosen.archive}: {found.entries} entries of {found.log}{more}, whole")
    for key in found.signers:
        said = "as you named it" if chosen.key else "named by the archive itself"
        print(f"  signed by {key} ({said})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
