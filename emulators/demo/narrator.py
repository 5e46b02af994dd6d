"""What the demo prints."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from emulators.failures import PlatformError


@dataclass
class Cause:
    """An event and what followed from it."""

    event: dict[str, Any]
    effects: list["Cause"] = field(default_factory=list)


def causal_stories(events: Iterable[dict[str, Any]]) -> list[Cause]:
    """One tree for each correlation, in the order of the log.

    Raises PlatformError for an event whose cause is not in the log, or that has another correlation
    than its cause: then the log is incomplete."""
    causes = {event["id"]: Cause(event) for event in events}
    roots = []
    for cause in causes.values():
        event = cause.event
        if event["causationid"] == event["id"]:
            roots.append(cause)
            continue
        parent = causes.get(event["causationid"])
        if parent is None or parent.event["correlationid"] != event["correlationid"]:
            raise PlatformError(f"{event['type']} {event['id']} has no cause in its story")
        parent.effects.append(cause)
    return roots


class Narrator:
    """Prints each step as it happens and what each chapter took, then the causes and the cost of
    all."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._began: float | None = None

    def chapter(self, title: str) -> None:
        """Begins a chapter, and ends the one before."""
        self.end_chapter()
        self._began = time.monotonic()
        self._console.print(f"\n[bold]{escape(title)}[/bold]")

    def end_chapter(self) -> None:
        """Prints how long the chapter took that was under way."""
        if self._began is not None:
            took = time.monotonic() - self._began
            self._console.print(f"  [dim]This chapter took {took:.1f} seconds.[/dim]")
        self._began = None

    def step(self, what: str, outcome: str = "") -> None:
        self._console.print(f"  {escape(what)}: [cyan]{escape(outcome)}[/cyan]")

    def card(self, card: dict[str, Any]) -> None:
        """Prints a card as the governor's phone shows it."""
        table = Table(title="on the governor's phone", show_header=False, title_justify="left")
        veto, at = card["veto"], card["stage"]
        stage = [("stage", f"{at['number']} of {at['of']}: {at['name']}")] if at else []
        for name, value in (
            ("summary", card["summary"]),
            ("status", card["status"]),
            ("risk", f"{card['risk']}: {'; '.join(card['risk_reasons'])}"),
            *stage,
            ("deadline", f"{card['deadline_at']}, then {card['on_timeout']}"),
            ("decision hash", card["decision_hash"]),
            *((("veto until", veto["closes_at"]),) if veto else ()),
            *(("precedent", f"{m['title']}: {'; '.join(m['satisfied'])}") for m in card["matches"]),
        ):
            table.add_row(name, escape(str(value)))
        self._console.print(table)

    def stages(self, case: dict[str, Any]) -> None:
        """Prints the seven stages of a case, with how many checks each passed."""
        for stage in case["stages"]:
            verdicts = Counter(finding["verdict"] for finding in stage["findings"])
            checks = ", ".join(f"{number} {verdict}" for verdict, number in verdicts.items())
            self.step(f"  stage {stage['number']} {stage['name']}", f"{stage['status']} {checks}")

    def dashboard(self, dashboard: dict[str, Any]) -> None:
        """Prints the governor's dashboard in one line."""
        names = ("active_agents", "pending_approvals", "open_veto_windows")
        self.step("\n  The dashboard", ", ".join(f"{name} {dashboard[name]}" for name in names))

    def causes(self, events: list[dict[str, Any]]) -> None:
        """Prints each event under the event that caused it."""
        self.chapter("Why everything happened")
        for root in causal_stories(events):
            tree = Tree(_label(root))
            _grow(tree, root)
            self._console.print(tree)

    def cost(self, operations: dict[str, Any]) -> None:
        """Prints the billable operations of all steps, and their cost."""
        self.chapter("What it cost, at list prices before any free tier")
        table = Table("operation", "count", "US dollars")
        for kind, counted in sorted(operations["operations"].items()):
            table.add_row(kind, f"{counted['count']:,}", f"{counted['usd']:.7f}")
        table.add_row("[bold]total[/bold]", "", f"[bold]{operations['usd']:.7f}[/bold]")
        self._console.print(table)


def _grow(tree: Tree, cause: Cause) -> None:
    for effect in cause.effects:
        _grow(tree.add(_label(effect)), effect)


def _label(cause: Cause) -> str:
    event = cause.event
    return (
        f"[green]{escape(event['type'].removeprefix('assent.'))}[/green] "
        f"{escape(event['subject'])} [dim]by {escape(event['actorid'])}, {event['time']}[/dim]"
    )
