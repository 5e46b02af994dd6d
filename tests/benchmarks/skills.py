"""How long a skill takes until its program begins, and what a call of one takes in all."""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from shared.sandbox import full_python
from shared.sandbox.asking import Answer, Asks, turn_of
from shared.sandbox.checking import mistakes_in
from shared.sandbox.programs import Program, session, value_of
from shared.sandbox.workers import WORKERS
from tests.benchmarks.figures import Figure, at_most

ROUNDS = 30
MOST_MILLISECONDS = 15.0
# A process is made ready meanwhile, as it is between two requests.
PAUSE_SECONDS = 0.2
AT = datetime(2026, 1, 1, tzinfo=UTC)
CODE = """
def run(lines: list[dict], rate: float) -> dict:
    total = sum(each["amount"] for each in lines)
    return {"total": round(total * rate, 2), "lines": len(lines)}
"""
ASKING = """
def run(times: int) -> int:
    return sum(call("a/b", {"amount": number}) for number in range(times))
"""
LINES = [{"name": f"item {number}", "amount": number} for number in range(100)]


def measure() -> dict[str, Figure]:
    """The median start of a skill, of one that finds no process ready, and of a whole call."""
    _start()
    ready = _measured(_start, pause=PAUSE_SECONDS)
    calls = _measured(_call, pause=PAUSE_SECONDS)
    cold = _measured(_start, before=WORKERS.end)
    checks = _measured(_check, rounds=5, pause=PAUSE_SECONDS)
    asked = _measured(_ask_on, pause=PAUSE_SECONDS)
    median = statistics.median
    full = {}
    if full_python.why_not_there() is None:
        in_full = median(_measured(_call_in_full_python, rounds=10))
        full = {"a skill over a hundred lines in all of Python": Figure(in_full, "ms")}
    return {
        "starting a skill": Figure(median(ready), "ms", aim=at_most(MOST_MILLISECONDS)),
        "starting a skill, 90 %": Figure(statistics.quantiles(ready, n=10)[-1], "ms"),
        "starting a skill, none ready": Figure(median(cold), "ms"),
        "a skill over a hundred lines": Figure(median(calls), "ms"),
        "a skill that goes on after nine calls": Figure(median(asked), "ms"),
        "checking a skill": Figure(median(checks), "ms"),
        **full,
    }


def _start() -> None:
    with session(AT, "") as opened:
        opened.feed_run("None")


def _call() -> None:
    assert value_of(Program(CODE, {"lines": LINES, "rate": 2}, AT, ""))["total"] == 9900


def _ask_on() -> None:
    answers = [Answer(Asks("a/b", {"amount": number}).digest, number) for number in range(9)]
    asked = turn_of(Program(ASKING, {"times": 10}, AT, ""), ["a/b"], answers)
    assert asked == Asks("a/b", {"amount": 9})


def _call_in_full_python() -> None:
    program = Program(CODE, {"lines": LINES, "rate": 2}, AT, "")
    assert full_python.value_of(program)["total"] == 9900


def _check() -> None:
    assert not mistakes_in(CODE, ("lines", "rate"))


def _measured(
    work: Callable[[], object],
    *,
    before: Callable[[], object] | None = None,
    rounds: int = ROUNDS,
    pause: float = 0.0,
) -> Sequence[float]:
    taken = []
    for _ in range(rounds):
        time.sleep(pause)
        if before is not None:
            before()
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
    return taken
