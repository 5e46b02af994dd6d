"""`assent memories`: what agents remember."""

from typing import Literal

from cyclopts import App

from .session import UNSAID, Common, signed_in

app = App(name="memories", help="See what agents remember, tell them facts, and correct them.")


@app.command(name="list")
def list_(
    *, agent_id: str | None = None, as_of: str | None = None, common: Common = UNSAID
) -> None:
    """List the facts that are recalled, newest first, or those that were believed at --as-of."""
    with signed_in() as client:
        columns = ("memory_id", "scope", "tier", "learned_by", "fact")
        common.table(client.memories.list(agent_id=agent_id, as_of=as_of), columns)


@app.command
def recall(agent_id: str, query: str = "", /, *, limit: int = 5, common: Common = UNSAID) -> None:
    """Print what an agent recalls for a question, the nearest first."""
    with signed_in() as client:
        found = client.memories.recall(agent_id=agent_id, query=query, limit=limit)
    common.table(found.facts, ("memory_id", "score", "scope", "fact"))


@app.command
def tell(
    fact: str,
    /,
    *,
    agent_id: str | None = None,
    tier: Literal["working", "episodic", "semantic"] = "semantic",
    common: Common = UNSAID,
) -> None:
    """Tell a fact to an agent or, without --agent-id, to all agents of the tenant."""
    scope: Literal["agent", "tenant"] = "tenant" if agent_id is None else "agent"
    with signed_in() as client:
        memory = client.memories.create(fact=fact, agent_id=agent_id, scope=scope, tier=tier)
    common.show(memory, f"{memory.memory_id} is kept.")


@app.command
def correct(
    memory_id: str, fact: str, /, *, since: str | None = None, common: Common = UNSAID
) -> None:
    """Say what is right instead; with --since, from when on."""
    with signed_in() as client:
        memory = client.memories.correct(memory_id, fact=fact, valid_from=since)
    common.show(memory, f"{memory.memory_id} takes the place of {memory_id}.")


@app.command
def erase(memory_id: str, /, *, common: Common = UNSAID) -> None:
    """Erase the text of a fact for good, and of all that it corrected."""
    with signed_in() as client:
        memory = client.memories.delete(memory_id)
    common.show(memory, f"{memory.memory_id} is erased.")
