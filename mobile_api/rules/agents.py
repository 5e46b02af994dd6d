"""From the events of agents, their cases and their approvals to what the governor sees of them.

Three subjects tell of one agent, each with a sequence of its own, in any order. The document keeps
the newest word of each, and what is shown is derived from them all. A reversal is told by its case
and carries the agent's sequence, by which it finds its place among the agent's own events."""

from collections.abc import Mapping
from typing import Any

from events.agents import AgentState, CreationCaseState, Deployment, Reversal
from events.approvals import ApprovalState
from mobile_api.rules.budget import AGENT_PER_DAY_USD_MICROS, spend
from mobile_api.rules.documents import AGENTS, Fields, Step
from mobile_api.rules.facts import Fact
from mobile_api.rules.health import REACTION_PATIENCE
from mobile_api.views import Agent
from shared.kit.instants import format_instant, parse_instant

_NOTHING_DEPLOYED = "0.0.0"
_ENDED = frozenset({"blocked", "live", "rolled_back", "rollback_failed", "rejected", "cancelled"})
_EMPTY: Mapping[str, Any] = {
    "sequence": 0,
    "latest_at": None,
    "told": None,
    "undone": None,
    "born": None,
    "case": None,
}


def agent_step(fact: Fact, state: AgentState) -> Step:
    """The agent's document after a fact about the agent itself."""
    live_case_id = state.live_case_id if isinstance(state, Deployment) else None
    told = {
        "name": state.name,
        "status": state.status,
        "version": state.version,
        "health": state.health,
        "per_day_usd_micros": state.budget.per_day_usd_micros,
    }

    def after(before: Fields | None) -> Fields:
        agent = _heard(before, state.agent_id, fact)
        if fact.sequence > agent["sequence"]:
            agent |= {"told": told, "sequence": fact.sequence}
        for case_id, is_over in ((state.case_id, False), (live_case_id, True)):
            if case_id is not None:
                agent["case"] = _joined_case(agent["case"], case_id, is_over=is_over)
        return _derived(agent)

    return Step((AGENTS, state.agent_id), after)


def case_step(fact: Fact, state: CreationCaseState) -> Step:
    """The agent's document after a fact about one of its cases."""
    word = {"at": fact.at, "event_id": fact.id, "name": state.agent_name}
    word["status"] = state.agent_status

    def after(before: Fields | None) -> Fields:
        agent = _heard(before, state.agent_id, fact)
        if isinstance(state, Reversal):
            undone = word | {"version": state.agent_version, "sequence": state.agent_sequence}
            agent["undone"] = max(agent["undone"] or undone, undone, key=_order_of_reversals)
        else:
            agent["born"] = _later(agent["born"], word)
        agent["case"] = _joined_case(
            agent["case"],
            state.case_id,
            is_over=state.status in _ENDED,
            is_held=state.status == "approved",
        )
        return _derived(agent)

    return Step((AGENTS, state.agent_id), after)


def asking_step(fact: Fact, state: ApprovalState, case_id: str, *, escalation: bool) -> Step:
    """The agent's document after a fact about an approval that one of its cases asked for: this is
    how an agent that is being born is first heard of."""
    status = "draft" if escalation else "certified"
    word = {"at": fact.at, "event_id": fact.id, "name": state.subject.name, "status": status}
    assented_at = None
    if state.status in ("approved", "auto_approved") and state.decided_at and not escalation:
        assented_at = format_instant(state.decided_at)

    def after(before: Fields | None) -> Fields:
        agent = {**(before or _EMPTY), "agent_id": state.subject.id}
        agent["born"] = _later(agent["born"], word)
        agent["case"] = _joined_case(agent["case"], case_id, assented_at=assented_at)
        return _derived(agent)

    return Step((AGENTS, state.subject.id), after)


def shown_agent(document: Fields) -> Agent:
    """What the governor sees of an agent. Nothing is spent yet: no event tells of spending."""
    return Agent(
        agent_id=document["agent_id"],
        name=document["name"],
        status=document["status"],
        health=document["health"],
        version=document["version"],
        spend=spend(0, document["per_day_usd_micros"]),
        case_id=document["case_id"],
    )


def _heard(before: Fields | None, agent_id: str, fact: Fact) -> dict[str, Any]:
    agent = {**(before or _EMPTY), "agent_id": agent_id}
    agent["latest_at"] = max(agent["latest_at"] or "", fact.at)
    return agent


def _later(known: Mapping[str, Any] | None, word: Mapping[str, Any]) -> Mapping[str, Any]:
    # An agent that was never born stays so, also where its withdrawal overtook what it asked for.
    return max(
        known or word,
        word,
        key=lambda each: (each["status"] == "deprecated", each["at"], each["event_id"]),
    )


def _order_of_reversals(undone: Mapping[str, Any]) -> tuple[Any, ...]:
    # Between two of the agent's own events, only taking versions back changes it, one by one.
    lowest_last = tuple(-int(part) for part in undone["version"].split("."))
    return (undone["sequence"], lowest_last, undone["at"], undone["event_id"])


def _joined_case(
    known: Mapping[str, Any] | None,
    case_id: str,
    *,
    is_over: bool = False,
    is_held: bool = False,
    assented_at: str | None = None,
) -> Mapping[str, Any]:
    """The newest case of the agent, with everything heard of it. Ids of cases sort by time, and
    nothing here is ever unsaid, so the order of what is heard does not matter."""
    word = {"case_id": case_id, "over": is_over, "held": is_held, "assented_at": assented_at}
    if known is None or case_id > known["case_id"]:
        return word
    if case_id < known["case_id"]:
        return known
    return {
        "case_id": case_id,
        "over": known["over"] or is_over,
        "held": known["held"] or is_held,
        "assented_at": max(known["assented_at"] or "", assented_at or "") or None,
    }


def _derived(agent: Mapping[str, Any]) -> Fields:
    told, undone, case = agent["told"], agent["undone"], agent["case"]
    is_undone = undone is not None and undone["sequence"] >= agent["sequence"]
    word = undone if is_undone else told or agent["born"]
    is_open = case is not None and not case["over"]
    live = word["status"] not in ("draft", "certified")
    return {
        **agent,
        "name": word["name"],
        "status": word["status"],
        "version": word.get("version", _NOTHING_DEPLOYED),
        "health": told["health"] if told and live else "unknown",
        "per_day_usd_micros": told["per_day_usd_micros"] if told else AGENT_PER_DAY_USD_MICROS,
        "case_id": case["case_id"] if is_open else None,
        "overdue_after_agents": _deployment_overdue_after(case) if is_open else None,
    }


def _deployment_overdue_after(case: Mapping[str, Any]) -> str | None:
    if case["held"] or case["assented_at"] is None:
        return None
    return format_instant(parse_instant(case["assented_at"]) + REACTION_PATIENCE)
