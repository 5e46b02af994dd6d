"""How long judging a spec takes, in processor time, over the whole corpus."""

import statistics
import time

from functions.agents.rules.judgement import judge
from functions.agents.rules.rights import Powers
from tests.benchmarks.figures import Figure, at_most
from tests.functions.agents.specs import CORPUS, read_value, spec, variants

ROUNDS = 20
MOST_MILLISECONDS = 2.0


def measure() -> dict[str, Figure]:
    """The median and the largest of the medians of each spec."""
    whole = read_value((CORPUS / "expected.yaml").read_bytes())
    rows = {slug: row["expected"] for slug, row in variants().items()} | whole
    slugs = [slug for slug, row in rows.items() if row["outcome"] != "refused"]
    taken = [statistics.median(_milliseconds(slug) for _ in range(ROUNDS)) for slug in slugs]
    return {
        "judging a spec": Figure(statistics.median(taken), "ms", aim=at_most(MOST_MILLISECONDS)),
        "judging the slowest": Figure(max(taken), "ms", aim=at_most(MOST_MILLISECONDS)),
    }


def _milliseconds(slug: str) -> float:
    of = spec(slug)
    began = time.process_time()
    judge(Powers(of))
    return (time.process_time() - began) * 1_000
