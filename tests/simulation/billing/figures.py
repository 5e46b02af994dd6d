"""What a simulation came to, of one account or of several together."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass
class Figures:
    """Money is in cents."""

    tenants: int
    days: int
    invoices: Counter[str] = field(default_factory=Counter)
    cents: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    usage_lines: int = 0
    usage_invoices: int = 0
    notices: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0

    def write(self, file: Path) -> None:
        """`read` has it from there."""
        file.write_text(json.dumps(vars(self)))

    @classmethod
    def read(cls, file: Path) -> Self:
        """What was written to a file."""
        read = cls(**json.loads(file.read_text()))
        read.invoices, read.cents = Counter(read.invoices), Counter(read.cents)
        return read

    def shown(self) -> str:
        """For people."""
        states = ", ".join(f"{many} {state}" for state, many in sorted(self.invoices.items()))
        money = "\n".join(f"  {name}: {cents:,} cents" for name, cents in self.cents.items())
        return (
            f"{self.tenants} tenants, {self.days} days, {self.notices} notices sent\n"
            f"{self.invoices.total()} invoices with {self.lines} lines reconcile to the cent:"
            f" {states}\n{money}\n{self.usage_lines} lines of usage verify offline\n"
            f"{self.usage_invoices} invoices ask for what was used before an end or a pause\n"
            f"{self.seconds:.0f} seconds, of which {self.processor_seconds:.0f} of the processor:"
            f" {self.processor_seconds / self.tenants:.2f} a tenant"
        )


def sum_of(parts: Sequence[Figures]) -> Figures:
    """Of tenants that lived through the same days at the same time."""
    whole = Figures(0, parts[0].days, seconds=max(each.seconds for each in parts))
    for each in parts:
        whole.invoices.update(each.invoices)
        whole.cents.update(each.cents)
        whole.tenants += each.tenants
        whole.lines += each.lines
        whole.usage_lines += each.usage_lines
        whole.usage_invoices += each.usage_invoices
        whole.notices += each.notices
        whole.processor_seconds += each.processor_seconds
    return whole
