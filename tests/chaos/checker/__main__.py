"""`python -m tests.chaos.checker build/chaos/seed-1/evidence.json.gz`: judges a run again. With
`--about ID` it prints the events that mention an id instead, in the order of commit."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.checker.evidence import Evidence, kept
from tests.chaos.checker.verdict import contradictions


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.checker", description=__doc__)
    parser.add_argument("evidence", type=Path)
    parser.add_argument("--about", metavar="ID")
    chosen = parser.parse_args()
    found = kept(chosen.evidence)
    if chosen.about:
        print("\n".join(_about(found, chosen.about)))
        return 0
    against = contradictions(found)
    print("\n".join(against) or "Nothing speaks against it.")
    return int(bool(against))


def _about(found: Evidence, id: str) -> Iterator[str]:
    for tenant in found.tenants:
        for event in tenant.events:
            if id in json.dumps(event):
                state = event["data"].get("status", "")
                subject = f"{event['subject']} {event['sequence']}"
                yield f"{event['time']} {event['id']} {event['type']} {subject} {state}"
        for said in tenant.said:
            if id in json.dumps(said):
                told = f"{said['status']} {said['answer'].get('status', '')}"
                yield f"{said['principal']}'s {said['device']}: {said['path']} {told}"


if __name__ == "__main__":
    sys.exit(main())
