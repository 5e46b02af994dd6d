"""`python -m tests.benchmarks.mining`: precision and coverage of the miner, and of RIPPER beside it
where `make bench-peers` has installed that, on histories whose rule is known."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from functions.learning.rules.candidates import covered
from functions.learning.rules.decision import Decision
from functions.learning.rules.mining import mine
from tests.benchmarks.peers.__main__ import HERE, PYTHON
from tests.functions.learning.histories import DATA, EFFECTS, history

NUMBERS, SEEDS, FRESH = (150, 400, 2_000), range(5), 3_000
_ITEMS = {"content.alone_effects": EFFECTS, "content.data_access.classification": DATA}


class Learned(NamedTuple):
    """Of fresh requests: which share of those that it would approve the rule approves, None where
    it is silent; which share of what the rule approves it would; and whether it names an agent."""

    precision: float | None
    coverage: float
    names_agents: bool

    def __str__(self) -> str:
        told = "silent" if self.precision is None else f"{self.precision:.2f} / {self.coverage:.2f}"
        return f"{told}{', names agents' if self.names_agents else ''}"


def by_miner(decisions: Sequence[Decision], fresh: Sequence[Decision]) -> Learned:
    """What the patterns would approve."""
    found, _ = mine(decisions)
    reached = 0
    for each in found:
        bits = (1 << len(fresh)) - 1
        for term in each.terms:
            bits &= covered(term.condition, fresh)
        reached |= bits
    fields = {term.condition.field for each in found for term in each.terms}
    approved = [bool(reached >> place & 1) for place in range(len(fresh))]
    return _compared(approved, fresh, names_agents="content.agent" in fields)


def by_ripper(decisions: Sequence[Decision], fresh: Sequence[Decision], seed: int) -> Learned:
    """What RIPPER's rules would approve; it gets lists as one column for each item."""
    told = {"seed": seed, "train": _rows(decisions), "fresh": _rows(fresh)}
    ran = subprocess.run(
        [PYTHON, HERE / "with_ripper.py"],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(ran.stdout)
    return _compared(answer["approved"], fresh, names_agents="agent=" in answer["rules"])


def _compared(
    approved: Sequence[bool], fresh: Sequence[Decision], *, names_agents: bool
) -> Learned:
    right = sum(one and each.approved for one, each in zip(approved, fresh, strict=True))
    told, all_right = sum(approved), sum(each.approved for each in fresh)
    return Learned(right / told if told else None, right / all_right, names_agents)


def _rows(decisions: Sequence[Decision]) -> list[Mapping[str, Any]]:
    return [{**_columns(each), "approved": int(each.approved)} for each in decisions]


def _columns(decision: Decision) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for field, value in decision.fields.items():
        name = field.removeprefix("content.")
        items = _ITEMS.get(field, ())
        columns |= {f"{name}={item}": int(item in value) for item in items}
        if not items:
            columns[name] = value
    return columns


def main() -> None:
    """Prints a row for each number of decisions and each seed."""
    table = Table("decisions", "seed", "miner", "RIPPER")
    for number in NUMBERS:
        for seed in SEEDS:
            decisions, fresh = history(seed, number), history(1_000 + seed, FRESH, noise=0.0)
            beside = str(by_ripper(decisions, fresh, seed)) if PYTHON.exists() else "not installed"
            table.add_row(str(number), str(seed), str(by_miner(decisions, fresh)), beside)
    Console().print(table)


if __name__ == "__main__":
    main()
