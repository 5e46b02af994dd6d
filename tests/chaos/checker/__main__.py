"""`python -m tests.chaos.checker build/chaos/seed-1/evidence.json.gz`: judges a run again."""

import sys
from pathlib import Path

from tests.chaos.checker.evidence import kept
from tests.chaos.checker.verdict import contradictions

if __name__ == "__main__":
    against = contradictions(kept(Path(sys.argv[1])))
    print("\n".join(against) or "Nothing speaks against it.")
    sys.exit(int(bool(against)))
