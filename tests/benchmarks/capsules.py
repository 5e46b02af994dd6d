"""How long compiling and rehearsing a plan take, in processor time."""

import statistics
import time
from collections.abc import Callable

from functions.capsules.rules.compiler import Compiled, Source, compile_capsule
from functions.capsules.rules.denials import Now
from functions.capsules.rules.ghostrun import rehearse
from shared.kit import expressions, templates
from tests.benchmarks.figures import Figure, at_most
from tests.functions.capsules.rules.test_ghostrun import now_of
from tests.functions.capsules.sources import HEAD, source_of

ROUNDS = 60
MOST_COMPILING = 20.0
MOST_REHEARSING = 300.0


def measure() -> dict[str, Figure]:
    """Compiling and hashing 100 steps, of which each reads the one before it and every tenth has a
    condition; and the 95th percentile of rehearsing 20. Expressions are read anew each time; beside
    it, what it takes where each step has a CEL expression of its own."""
    plain, own = source_of(source(100)), source_of(source(100, own=True))
    few = source_of(source(20))
    result = _compiled(few)
    now = now_of(result)
    rehearsing = sorted(_times(lambda: _rehearsed(result, now)))
    return {
        "compiling 100 steps": Figure(
            statistics.median(_times(lambda: _anew(plain))), "ms", aim=at_most(MOST_COMPILING)
        ),
        "with an expression in each": Figure(statistics.median(_times(lambda: _anew(own))), "ms"),
        "rehearsing 20 steps, p95": Figure(
            rehearsing[int(ROUNDS * 0.95)], "ms", aim=at_most(MOST_REHEARSING)
        ),
    }


def source(steps: int, *, own: bool = False) -> str:
    """A capsule of so many steps."""
    lines = ["inputs: {shelf: string, amount: integer}\nsteps:\n"]
    for number in range(steps):
        amount = (
            f"${{{{ steps.s{number - 1}.output.value }}}}" if number else "${{ inputs.amount }}"
        )
        if own and number:
            amount = f"${{{{ steps.s{number - 1}.output.value + {number} }}}}"
        condition = f", if: 'inputs.amount > {number}'" if number % 10 == 9 else ""
        given = f"{{counter: 'shelf-${{{{ inputs.shelf }}}}', amount: '{amount}'}}"
        lines.append(f"  - {{id: s{number}, use: assent/counter.add, with: {given}{condition}}}\n")
    return HEAD + "".join(lines)


def _anew(of: Source) -> Compiled:
    expressions.read.cache_clear()
    templates.parts_of.cache_clear()
    return _compiled(of)


def _compiled(of: Source) -> Compiled:
    return compile_capsule(of, {"shelf": "a7", "amount": 3}, {})


def _rehearsed(result: Compiled, now: Now) -> None:
    plans = {each.content.hash: each.plan for each in result.every}
    rehearse(result.plan, plans, "full", now)


def _times(do: Callable[[], object]) -> list[float]:
    """In milliseconds of a processor, after a first round that does not count."""
    do()
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        do()
        taken.append((time.process_time() - began) * 1_000)
    return taken
