"""`python -m tests.benchmarks [FIGURE …]`: measures, prints a table, keeps the results."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from tests.benchmarks import (
    amplification,
    answering,
    appending,
    capsules,
    cold_start,
    command_start,
    comparing,
    deciding,
    decision,
    embedding,
    fairness,
    first_visit,
    growth,
    instances,
    judging,
    knowledge,
    leasing,
    mcp_calls,
    modelling,
    outgoing,
    quotas,
    redacting,
    row_security,
    runs,
    scrolling,
    skills,
    throughput,
    usage,
    verifying,
    warm_read,
)
from tests.benchmarks.figures import Figure
from tests.benchmarks.keeping import keep, last_run
from tests.benchmarks.machine import this_machine
from tests.benchmarks.started import ROOT
from tests.benchmarks.table import table_of

_WIDTH = 140
MEASURES: dict[str, Callable[[], dict[str, Figure]]] = {
    "cold-start": cold_start.measure,
    "read": warm_read.measure,
    "throughput": throughput.measure,
    "decision": decision.measure,
    "console": lambda: first_visit.measure() | scrolling.measure(),
    "command": command_start.measure,
    "policy": deciding.measure,
    "growth": growth.measure,
    "amplification": amplification.measure,
    "fairness": fairness.measure,
    "judging": judging.measure,
    "skills": skills.measure,
    "policies": comparing.measure,
    "capsules": capsules.measure,
    "runs": runs.measure,
    "embeddings": embedding.measure,
    "models": modelling.measure,
    "redaction": redacting.measure,
    "outgoing": outgoing.measure,
    "mcp": mcp_calls.measure,
    "audit": lambda: appending.measure() | verifying.measure(),
    "limits": lambda: leasing.measure() | instances.measure(),
    "knowledge": lambda: knowledge.measure() | answering.measure(),
    "row-security": row_security.measure,
    "quota": quotas.measure,
    "usage": usage.measure,
}


def main(arguments: Sequence[str]) -> int:
    """The exit status is 1 where an aim was missed or a figure could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("figure", nargs="*", choices=[*MEASURES, []], help="default: all")
    parser.add_argument("--into", type=Path, default=ROOT / "build", help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    machine, before = this_machine(ROOT), last_run(chosen.into)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    figures: dict[str, Figure] = {}
    failed = False
    for name in chosen.figure or MEASURES:
        console.print(f"measuring {name} …", highlight=False)
        try:
            figures |= MEASURES[name]()
        except Exception:
            failed = True  # The other figures are worth having.
            console.print_exception(max_frames=6)
    keep(figures, machine, chosen.into)
    console.print(table_of(figures, before))
    console.print(f"{machine['processor']}, {machine['cores']} cores, commit {machine['commit']}")
    return int(failed or any(figure.met is False for figure in figures.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
