"""From a precedent's events to the governor's view of it."""

from events.precedents import PrecedentSeed, PrecedentState
from mobile_api.rules.documents import SEEDS, Step, newest_step
from mobile_api.rules.facts import Fact
from shared.kit.instants import format_instant
from shared.kit.models import part_of


def seed_step(fact: Fact, state: PrecedentState) -> Step:
    """The precedent's document after the fact; its matches are counted from the cards."""
    fields = {
        "created_at": format_instant(state.created_at),
        "seed": seed_of(state).model_dump_json(),
    }
    return newest_step(fact, (SEEDS, state.precedent_id), fields)


def seed_of(state: PrecedentState) -> PrecedentSeed:
    """The fields from the precedent's own events."""
    return part_of(PrecedentSeed, state, seed_id=state.precedent_id)


def with_matches(seed: PrecedentSeed, *, matched: int, compared: int) -> PrecedentSeed:
    """The precedent with the number of its approvals and of its comparisons."""
    return seed.model_copy(
        update={
            "match_count": matched,
            "match_rate": rate(matched, compared),
            "veto_rate": rate(seed.veto_count, matched),
        }
    )


def rate(part: int, whole: int) -> float:
    """The share `part` / `whole`, from 0 to 1, to four places; 0 where `whole` is 0."""
    return round(min(part / whole, 1.0), 4) if whole > 0 else 0.0
