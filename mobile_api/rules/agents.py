"""From the events of agents, cases and approvals to the governor's view of an agent.

Three subjects report on one agent, each with its own sequence, and their events arrive in any
order. The document stores the newest report of each, and the view is derived from all of them. A
case reports a reversal; the report carries the agent's sequence, which orders it among the agent's
own events."""

from collections.abc import Mapping
from typing import Any

from events.agents import NEVER_DEPLOYED, AgentState, Deployment
from events.approvals import ApprovalState, CaseBinding
from events.cases import CreationCaseState, Reversal
from mobile_api.rules.budget import AGENT_PER_DAY_USD_MICROS, spend
from mobile_api.rules.documents import AGENTS, Fields, Step
from mobile_api.rules.facts import Fact
from mobile_api.rules.health import REACTION_PATIENCE
from mobile_api.views import Agent
from shared.budgets.limits import Spending
from shared.kit.instants import format_instant, parse_instant
from shared.kit.workspaces import WORKSPACE, placed

# What `shown_agent` reads of a document.
SHOWN_FIELDS = (
    *("agent_id", "name", "status", "version", "health", "case_id", "per_day_usd_micros"),
    WORKSPACE,
)

_ON_TRIAL = frozenset({"trial", "go_live_pending"})

# `own` is the agent's newest own report, `reversal` the newest of its reversals, `creation` the
# last report of its cases and their approvals before its own first report.
_EMPTY: Mapping[str, Any] = {
    "sequence": 0,
    "function": None,
    "latest_at": None,
    "own": None,
    "reversal": None,
    "creation": None,
    "case": None,
}


def agent_step(fact: Fact, state: AgentState) -> Step:
    """The agent's document after a fact about the agent."""
    live_case_id = state.live_case_id if isinstance(state, Deployment) else None
    own = {
        "name": state.name,
        "status": state.status,
        "version": state.version,
        "health": state.health,
        "per_day_usd_micros": state.budget.per_day_usd_micros,
    }

    def after(before: Fields | None) -> Fields:
        agent = _at(fact, before, state)
        if fact.sequence > agent["sequence"]:
            agent |= {"own": own, "sequence": fact.sequence}
        for case_id, is_over in ((state.case_id, False), (live_case_id, True)):
            if case_id is not None:
                agent["case"] = _joined_case(agent["case"], case_id, is_over=is_over)
        return _derived(agent)

    return Step((AGENTS, state.agent_id), after)


def case_step(fact: Fact, state: CreationCaseState) -> Step:
    """The agent's document after a fact about one of its cases."""
    report = _report(fact, state.agent_name, state.agent_status)

    def after(before: Fields | None) -> Fields:
        agent = _at(fact, before, state)
        if isinstance(state, Reversal):
            place = {"version": state.agent_version, "sequence": state.agent_sequence}
            known = agent["reversal"]
            agent["reversal"] = max(known or report | place, report | place, key=_reversal_order)
        else:
            agent["creation"] = _later(agent["creation"], report)
        agent["case"] = _joined_case(
            agent["case"],
            state.case_id,
            is_over=state.ended_at is not None,
            is_held=state.status == "approved",
        )
        return _derived(agent)

    return Step((AGENTS, state.agent_id), after)


def approval_step(fact: Fact, state: ApprovalState, case: CaseBinding) -> Step:
    """The agent's document after a fact about an approval that one of its cases requested; for a
    new agent this may be the first fact."""
    is_escalation = case.purpose == "ethics_escalation"
    report = _report(fact, state.subject.name, "draft" if is_escalation else "certified")
    assented_at = None
    if state.status in ("approved", "auto_approved") and state.decided_at and not is_escalation:
        assented_at = format_instant(state.decided_at)

    def after(before: Fields | None) -> Fields:
        agent = {**(before or _EMPTY), "agent_id": state.subject.id, **placed(state.workspace_id)}
        agent["creation"] = _later(agent["creation"], report)
        agent["case"] = _joined_case(agent["case"], case.case_id, assented_at=assented_at)
        return _derived(agent)

    return Step((AGENTS, state.subject.id), after)


def shown_agent(document: Fields, today: Spending) -> Agent:
    """The governor's view of an agent, with what it has spent today."""
    limit = today.limit(document["per_day_usd_micros"], is_trial=document["status"] in _ON_TRIAL)
    amounts = spend(today.spent_usd_micros, limit)
    return Agent.model_validate({**document, "spend": amounts})


def _at(fact: Fact, before: Fields | None, state: AgentState | CreationCaseState) -> dict[str, Any]:
    agent = {**(before or _EMPTY), "agent_id": state.agent_id, "function": fact.function}
    agent |= placed(state.workspace_id)
    agent["latest_at"] = max(agent["latest_at"] or "", fact.at)
    return agent


def _report(fact: Fact, name: str, status: str) -> dict[str, Any]:
    return {"at": fact.at, "event_id": fact.id, "name": name, "status": status}


def _later(known: Mapping[str, Any] | None, report: Mapping[str, Any]) -> Mapping[str, Any]:
    # A withdrawn agent stays withdrawn, also where the withdrawal arrived before the request.
    return max(
        known or report,
        report,
        key=lambda each: (each["status"] == "deprecated", each["at"], each["event_id"]),
    )


def _reversal_order(reversal: Mapping[str, Any]) -> tuple[Any, ...]:
    # Between two of the agent's own events, reversals roll its versions back one by one.
    lowest_last = tuple(-int(part) for part in reversal["version"].split("."))
    return (reversal["sequence"], lowest_last, reversal["at"], reversal["event_id"])


def _joined_case(
    known: Mapping[str, Any] | None,
    case_id: str,
    *,
    is_over: bool = False,
    is_held: bool = False,
    assented_at: str | None = None,
) -> Mapping[str, Any]:
    """The newest case of the agent, with all reports about it. Ids of cases sort by time, and no
    report replaces a newer case by an older one, so the order of reports does not matter."""
    report = {"case_id": case_id, "over": is_over, "held": is_held, "assented_at": assented_at}
    if known is None or case_id > known["case_id"]:
        return report
    if case_id < known["case_id"]:
        return known
    return {
        "case_id": case_id,
        "over": known["over"] or is_over,
        "held": known["held"] or is_held,
        "assented_at": max(known["assented_at"] or "", assented_at or "") or None,
    }


def _derived(agent: Mapping[str, Any]) -> Fields:
    own, reversal, case = agent["own"], agent["reversal"], agent["case"]
    is_reversed = reversal is not None and reversal["sequence"] >= agent["sequence"]
    report = reversal if is_reversed else own or agent["creation"]
    is_open = case is not None and not case["over"]
    is_deployed = report["status"] not in ("draft", "certified")
    return {
        **agent,
        "name": report["name"],
        "status": report["status"],
        "version": report.get("version", NEVER_DEPLOYED),
        "health": own["health"] if own and is_deployed else "unknown",
        "per_day_usd_micros": own["per_day_usd_micros"] if own else AGENT_PER_DAY_USD_MICROS,
        "case_id": case["case_id"] if is_open else None,
        "overdue_after_agents": _deployment_overdue_after(case) if is_open else None,
    }


def _deployment_overdue_after(case: Mapping[str, Any]) -> str | None:
    if case["held"] or case["assented_at"] is None:
        return None
    return format_instant(parse_instant(case["assented_at"]) + REACTION_PATIENCE)
