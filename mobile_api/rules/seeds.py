"""From a precedent's events to what the governor sees of it."""

from events.precedents import PrecedentState
from mobile_api.rules.documents import SEEDS, Fields, Step, newest
from mobile_api.rules.facts import Fact
from mobile_api.views import Seed
from shared.kit.instants import format_instant


def seed_step(fact: Fact, state: PrecedentState) -> Step:
    """The precedent's document after the fact; how often it matched is counted from the cards."""
    fields = {
        "created_at": format_instant(state.created_at),
        "seed": seed_of(state).model_dump_json(),
    }

    def after(before: Fields | None) -> Fields:
        return newest(before, fact, fields)

    return Step((SEEDS, state.precedent_id), after)


def seed_of(state: PrecedentState) -> Seed:
    """What its own events tell of a precedent."""
    return Seed.model_validate({**state.model_dump(), "seed_id": state.precedent_id})


def with_matches(seed: Seed, *, matched: int, compared: int) -> Seed:
    """The precedent with how often it assented, of how many approvals it was compared with."""
    return seed.model_copy(
        update={
            "match_count": matched,
            "match_rate": rate(matched, compared),
            "veto_rate": rate(seed.veto_count, matched),
        }
    )


def rate(part: int, whole: int) -> float:
    """`part` of `whole`, from 0 to 1, to four places; 0 of nothing."""
    return round(min(part / whole, 1.0), 4) if whole > 0 else 0.0
