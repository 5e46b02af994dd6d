"""From a precedent's events to the governor's view of it."""

from events.precedents import PrecedentState, seed_of
from mobile_api.rules.documents import SEEDS, Step, newest_step
from mobile_api.rules.facts import Fact
from shared.kit.instants import format_instant
from shared.kit.workspaces import placed


def seed_step(fact: Fact, state: PrecedentState) -> Step:
    """The precedent's document after the fact; its matches are counted from the cards."""
    fields = {
        "created_at": format_instant(state.created_at),
        "seed": seed_of(state).model_dump_json(),
        **placed(state.workspace_id),
    }
    return newest_step(fact, (SEEDS, state.precedent_id), fields)
