"""What this function owns: patterns, and when a place's decisions were mined last."""

from functions.learning.rules.mined import Mined
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.patterns.aggregates import PATTERNS

# One for the tenant, and one for each workspace in which somebody mined.
MINED = Aggregate(
    noun="mined", model=Mined, collection="mined_decisions", id_of=lambda mined: mined.place
)

RUN = Runner("learning", PATTERNS, MINED)
