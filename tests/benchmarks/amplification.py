"""What the worst calls of every public route lead to, in messages, documents, bytes and dollars,
each compared with its bar; writes the table in docs/operations/cost.md."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from emulators.client import PlatformClient
from emulators.functions.environment import set_environment
from emulators.options import Options
from emulators.running import running_platform
from infra.cost.figures import usd_per_creation
from infra.cost.measured import RECORDED, Action, Measurement
from infra.cost.month import Month, month_of
from shared.kit.pricing import load_prices
from tests.benchmarks import (  # noqa: F401 - name worst calls
    worst_artifacts,
    worst_audit,
    worst_billing,
    worst_capsules,
    worst_console,
    worst_control,
    worst_devices,
    worst_directory,
    worst_identity,
    worst_jobs,
    worst_knowledge,
    worst_learning,
    worst_memories,
    worst_models,
    worst_notifications,
    worst_policy,
    worst_recalls,
    worst_runs,
    worst_tools,
    worst_usage,
)
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.operations import OperationCounter
from tests.benchmarks.worst import WORST, Call, Scene
from tests.description import description

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations" / "cost.md"
BEGIN, END = "<!-- amplification: begin -->", "<!-- amplification: end -->"
USD_PER_ITEM = 0.0002
BYTES_PER_BYTE, BYTES_BESIDE = 20, 16_384
ANSWER_BYTES = 1_000_000
READS_PER_ITEM = 2
HEADINGS = (
    "call", "worst case", "body", "messages", "of the bar", "read", "written", "answer",
    "USD an item", "missed",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One measured call. `limit` is None for a call that changes something."""

    call: str
    what: str
    body: int
    messages: int
    reads: int
    writes: int
    answer: int
    usd: float
    limit: int | None

    @property
    def message_share(self) -> float:
        """The billed message bytes as a share of what is allowed for the body."""
        return self.messages / (BYTES_PER_BYTE * self.body + BYTES_BESIDE)

    @property
    def missed(self) -> tuple[str, ...]:
        """The bars that it misses, by their words in the table."""
        found = {"messages": self.message_share > 1}
        if self.limit is None:
            found["USD"] = self.usd > USD_PER_ITEM
        else:
            found["answer"] = self.answer > ANSWER_BYTES
            found["read"] = self.reads > READS_PER_ITEM * self.limit
        return tuple(name for name, is_missed in found.items() if is_missed)

    def cells(self) -> tuple[str, ...]:
        """As the table shows it."""
        read = f"{self.reads}" if self.limit is None else f"{self.reads} of {2 * self.limit}"
        return (
            f"`{self.call}`", self.what, f"{self.body:,}", f"{self.messages:,}",
            f"{self.message_share:.2f}", read, f"{self.writes}", f"{self.answer:,}",
            f"{self.usd:.6f}", ", ".join(self.missed),
        )  # fmt: skip


def routes() -> set[tuple[str, str]]:
    """Method and path of every public call, of the committed description."""
    paths = description()["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def measure() -> dict[str, Figure]:
    """Writes the table, and returns the worst of each bar. Raises LookupError for a route without a
    worst case."""
    without = routes() - WORST.keys()
    if without:
        raise LookupError(f"name the worst call of {sorted(without)} in tests/benchmarks/worst.py")
    with tempfile.TemporaryDirectory(prefix="assent-amplification-") as directory:
        state = Path(directory)
        options = Options(root=ROOT, state=state)
        names, platform = worst_directory.answering_names(), running_platform(options)
        # Some scenes write into the log themselves.
        with names, platform as running, set_environment(running.env):
            rows = [*measured(running.client, sorted(WORST), state / "logs")]
    write(rows)
    return figures(rows)


def measured(
    platform: PlatformClient, chosen: Iterable[tuple[str, str]], logs: Path | None = None
) -> Iterable[Row]:
    """The rows of these routes."""
    counter, scene = OperationCounter(platform, logs=logs), Scene(platform)
    month = month_of(Measurement.load(RECORDED), "prod")
    for method, path in chosen:
        for call in WORST[method, path](scene):
            platform.wait_until_idle(timeout=120)
            row = _row(counter, month, method, path, call)
            print(" ", " | ".join(row.cells()), flush=True)
            yield row


def _row(counter: OperationCounter, month: Month, method: str, path: str, call: Call) -> Row:
    answered: list[int] = []

    def act() -> None:
        headers = {"Content-Type": "application/json"} if call.sent else {}
        answer = call.by.send(method, call.path, content=call.sent, headers=headers)
        assert answer.is_success, f"{method} {call.path}: {answer.text[:2000]}"
        answered.append(len(answer.content))

    action = counter.of(act)
    usd = usd_per_creation(action, month, load_prices()) / call.items
    return Row(
        call=f"{method} {path}",
        what=call.what,
        body=len(call.sent),
        messages=billed_messages(action, month),
        reads=action.count("firestore-reads"),
        writes=action.count("firestore-writes") + action.count("firestore-deletes"),
        answer=answered[-1],
        usd=usd,
        limit=call.limit if method == "GET" else None,
    )


def billed_messages(action: Action, month: Month) -> int:
    """Bytes of published and delivered messages, and of those that a filter holds back."""
    return round(sum(u.quantity for u in month.once(action) if u.kind == "pubsub-bytes"))


def figures(rows: Iterable[Row]) -> dict[str, Figure]:
    """The worst row of each bar, and how many rows miss one."""
    rows = list(rows)
    changes = [row for row in rows if row.limit is None]
    reads = [row for row in rows if row.limit is not None]
    shares = [row.reads / row.limit for row in reads if row.limit]
    return {
        "amplified_usd": Figure(
            max(row.usd for row in changes), "USD an item", aim=at_most(USD_PER_ITEM)
        ),
        "amplified_messages": Figure(
            max(row.message_share for row in rows), "of 20 × body + 16 KB", aim=at_most(1.0)
        ),
        "amplified_answer": Figure(
            max(row.answer for row in reads), "bytes of a read", aim=at_most(ANSWER_BYTES)
        ),
        "amplified_reads": Figure(max(shares), "documents a limit", aim=at_most(READS_PER_ITEM)),
        "amplified_rows_missed": Figure(
            sum(bool(row.missed) for row in rows), "calls", aim=at_most(0)
        ),
    }


def write(rows: Iterable[Row], page: Path = PAGE) -> None:
    """Replaces the table between its markers. Raises ValueError where a marker is missing."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page.name} lacks {BEGIN} or {END}")
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS)), *(_line(row.cells()) for row in rows)]
    page.write_text("\n".join([before + begin, "", *lines, "", end + after]))


def read(page: Path = PAGE) -> list[Row]:
    """The committed rows. Raises ValueError for a table that the command did not write."""
    _, _, rest = page.read_text().partition(BEGIN)
    table, _, _ = rest.partition(END)
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [_parsed([cell.strip() for cell in line.strip("|").split("|")]) for line in lines]


def _parsed(cells: list[str]) -> Row:
    call, what, body, messages, _, read, writes, answer, usd, _ = cells
    reads, _, allowed = read.partition(" of ")
    return Row(
        call=call.strip("`"),
        what=what,
        body=_number(body),
        messages=_number(messages),
        reads=_number(reads),
        writes=_number(writes),
        answer=_number(answer),
        usd=float(usd),
        limit=_number(allowed) // READS_PER_ITEM if allowed else None,
    )


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
