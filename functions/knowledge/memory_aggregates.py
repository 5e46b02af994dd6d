"""Memories, and the shelves on which those lie that are recalled."""

from functions.knowledge.rules.memory import Memory, next_timer
from functions.knowledge.rules.shelf import Shelf
from shared.agents.known import StoredAgent
from shared.agents.reading import AGENTS as AGENTS_COLLECTION
from shared.agents.stops import STOPS as STOPS_COLLECTION
from shared.agents.stops import AgentStops
from shared.aggregates.aggregate import Aggregate
from shared.kit.workspaces import WORKSPACE

MEMORIES = Aggregate(
    noun="memory",
    model=Memory,
    collection="memories",
    prefix="mem",
    indexed=("learned_at",),
    sparse=("held_at", "agent_id", "of_root", "of_source", "of_person"),
    composites=(
        ("agent_id", "-held_at"),
        ("agent_id", "-learned_at"),
        (WORKSPACE, "-held_at"),
        (WORKSPACE, "-learned_at"),
        (WORKSPACE, "agent_id", "-held_at"),
        (WORKSPACE, "agent_id", "-learned_at"),
    ),
    queried=("-held_at", "-learned_at", "of_root", "of_source", "of_person"),
    next_timer=next_timer,
    # Hardly any ends by its time, and none has to at once.
    swept=lambda _: True,
    in_workspaces=True,
)

# What is recalled together lies in one document.
SHELVES = Aggregate(
    noun="memory_shelf",
    model=Shelf,
    collection="memory_shelves",
    id_of=lambda shelf: shelf.shelf_id,
)

# `agents` owns them; here they only say where a memory belongs.
AGENTS = Aggregate(
    noun="agent", model=StoredAgent, collection=AGENTS_COLLECTION, prefix="agt", in_workspaces=True
)

# `runs` owns them; they say which agents were recalled, and which tokens revoked.
STOPS = Aggregate(
    noun="agent_stops",
    model=AgentStops,
    collection=STOPS_COLLECTION,
    id_of=lambda stops: stops.agent_id,
)
