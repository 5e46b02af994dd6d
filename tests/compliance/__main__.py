"""`python -m tests.compliance`: the audit, one line an area; `--write` makes its pages."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.compliance import asvs, constitution
from tests.compliance.area import Area, exit_status
from tests.compliance.audit import audit
from tests.compliance.pages import write_pages

ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str]) -> int:
    """Runs the audit; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.write:
        write_pages(ROOT)
        print(f"written: {constitution.PAGE}, {asvs.PAGE}")
        return 0
    if chosen.offline and os.environ.get("CI"):
        print("continuous integration checks everything: no --offline here", file=sys.stderr)
        return 1
    areas = audit(ROOT, datetime.now(UTC).date())
    _show(areas)
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps([each.as_json() for each in areas], indent=2) + "\n")
    return exit_status(areas, offline=chosen.offline)


def _show(areas: Sequence[Area]) -> None:
    console = Console(soft_wrap=True)
    console.width = max(console.width, 100)
    table = Table("area", "passed", "wrong", "not met", "not checked", "verdict", title="Audit")
    for area in areas:
        counts = (area.passed, len(area.wrong), len(area.unmet), len(area.unchecked))
        table.add_row(area.name, *map(str, counts), area.verdict)
    console.print(table)
    for area in areas:
        for word, lines in (("wrong", area.wrong), ("not checked", area.unchecked)):
            for line in lines:
                console.print(f"{area.name}: {word}: {line}", markup=False, highlight=False)
    if any(area.unmet for area in areas):
        told = f"What is not met is listed in {asvs.PAGE} and {constitution.PAGE}."
        console.print(told, markup=False, highlight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.compliance")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the findings, as JSON")
    parser.add_argument(
        "--offline", action="store_true", help="what needs the network may stay unchecked"
    )
    parser.add_argument("--write", action="store_true", help="make the pages, and nothing else")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
