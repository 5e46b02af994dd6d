"""Two agents: one approved by hand, one assented to by a precedent and vetoed. And a miss."""

from tests.chaos.checker.claims.audit import NO_EVIDENCE
from tests.chaos.checker.evidence import Evidence, Json
from tests.chaos.sample.chronicle import Chronicle, case_state, moment


def evidence() -> Evidence:
    """Nothing speaks against it."""
    chronicle = Chronicle()
    _precedent(chronicle)
    _approved_by_hand(chronicle, 1)
    _vetoed(chronicle, 2)
    missed = chronicle.tell("agent", "agt_404", "activated", {})
    missed |= {"type": "assent.lookup.missed.v1", "subject": "lookup/agt_404"}
    del chronicle.tenant.documents["agents"]["agt_404"]
    for event in chronicle.tenant.events:
        if event["type"] not in NO_EVIDENCE:
            chronicle.audit(event["id"])
    return chronicle.evidence()


def _precedent(chronicle: Chronicle) -> None:
    state = {"precedent_id": "pre_1", "status": "approved", "veto_count": 0}
    reviewed = chronicle.tell("precedent", "pre_1", "reviewed", state)
    active = {**state, "status": "active"}
    chronicle.tell("precedent", "pre_1", "activated", active, cause=reviewed)
    chronicle.say(200, "/v1/mobile/seeds/pre_1/activate", {"seed_id": "pre_1"}, key="activate-1")


def _approved_by_hand(chronicle: Chronicle, number: int) -> None:
    asked = _asked(chronicle, number)
    pending = _approval(chronicle, number, 1, status="pending", decided_by=None, decided_at=None)
    chronicle.tell("approval", f"apr_{number}", "requested", pending, cause=asked)
    approved = _decided(chronicle, number, 2, "approved", by="gala")
    told = chronicle.tell("approval", f"apr_{number}", "approved", approved, cause=asked)
    live = _agent(number, "active", deployed=True)
    activated = {**live, "live_case_id": f"cas_{number}"}
    chronicle.tell("agent", f"agt_{number}", "activated", activated, cause=told)
    chronicle.store("approval", f"apr_{number}", approved)
    chronicle.store("agent", f"agt_{number}", live)
    chronicle.store("creation_case", f"cas_{number}", case_state(chronicle, number, "live"))
    path = f"/v1/mobile/approvals/apr_{number}/approve"
    chronicle.say(200, path, _card(approved), key=f"decision-{number}")
    _ends(chronicle, number, "live", "active")
    _shows(chronicle, approved, live)


def _vetoed(chronicle: Chronicle, number: int) -> None:
    asked = _asked(chronicle, number)
    subject, window = f"apr_{number}", {"closes_at": moment(24 * 60)}
    assented = _decided(
        chronicle, number, 1, "auto_approved", by="pre_1", veto=window, precedent_id="pre_1"
    )
    told = chronicle.tell("approval", subject, "auto_approved", assented, cause=asked)
    live = {**_agent(number, "active", deployed=True), "live_case_id": f"cas_{number}"}
    chronicle.tell("agent", f"agt_{number}", "activated", live, cause=told)
    vetoed = _decided(chronicle, number, 2, "vetoed", by="gala", veto=window, precedent_id="pre_1")
    veto = chronicle.tell("approval", subject, "vetoed", vetoed, cause=told)
    counted = {"precedent_id": "pre_1", "status": "active", "veto_count": 1}
    chronicle.tell("precedent", "pre_1", "vetoed", counted, cause=veto)
    undone = {"case_id": f"cas_{number}", "approval_id": subject, "status": "rolled_back"}
    back = chronicle.tell("creation_case", f"cas_{number}", "rolled_back", undone, cause=veto)
    reversed_ = {**vetoed, "status": "reversed", "version": 3}
    chronicle.tell("approval", subject, "reversed", reversed_, cause=back)
    certified = _agent(number, "certified", deployed=False)
    chronicle.store("approval", subject, reversed_)
    chronicle.store("agent", f"agt_{number}", certified)
    chronicle.store("precedent", "pre_1", counted)
    case = case_state(chronicle, number, "rolled_back")
    chronicle.store("creation_case", f"cas_{number}", case)
    path = f"/v1/mobile/approvals/{subject}/veto"
    chronicle.say(200, path, _card(vetoed), key=f"decision-{number}")
    _ends(chronicle, number, "rolled_back", "certified")
    _shows(chronicle, reversed_, certified)


def _asked(chronicle: Chronicle, number: int) -> Json:
    """A spec was submitted, judged, and its approval asked for."""
    case_id, agent_id = f"cas_{number}", f"agt_{number}"
    answer = {"case_id": case_id, "agent_id": agent_id, "status": "ethics_cleared", "stage": {}}
    chronicle.say(202, "/v1/agents", answer, key=f"submit-{number}", by="author")
    judged = chronicle.tell("creation_case", case_id, "judged", {"case_id": case_id})
    binding = _binding(number)
    chronicle.tenant.documents["agent_names"][f"writer-{number}"] = {"agent_id": agent_id}
    return chronicle.tell("agent", agent_id, "approval_needed", binding, cause=judged)


def _binding(number: int) -> Json:
    return {"case_id": f"cas_{number}", "revision": 1, "purpose": "creation"}


def _approval(chronicle: Chronicle, number: int, version: int, **fields: object) -> Json:
    content = {"case": _binding(number), "budget": {"per_run_usd": 0.5}}
    return {
        "approval_id": f"apr_{number}",
        "version": version,
        "kind": "constitutional",
        "risk": "low",
        "capacity": "approver",
        "decision_hash": chronicle.keep(content),
        "case": _binding(number),
        "precedent_id": None,
        "summary": "Create a writer",
        "veto": None,
        "passkey_id": None,
        "signature": None,
        **fields,
    }


def _decided(
    chronicle: Chronicle, number: int, version: int, status: str, *, by: str, **fields: object
) -> Json:
    state = _approval(
        chronicle,
        number,
        version,
        status=status,
        decided_by=by,
        decided_at=moment(number),
        **fields,
    )
    return chronicle.decided(state)


def _agent(number: int, status: str, *, deployed: bool) -> Json:
    return {
        "agent_id": f"agt_{number}",
        "name": f"writer-{number}",
        "status": status,
        "version": "1.0.0" if deployed else "0.0.0",
        "health": "healthy" if deployed else "unknown",
        "case_id": None,
        "deployed": {"case_id": f"cas_{number}"} if deployed else None,
    }


def _card(approval: Json) -> Json:
    names = ("status", "version", "decision_hash", "decided_by", "decided_at", "veto", "summary")
    return {"id": approval["approval_id"], **{name: approval[name] for name in names}}


def _shows(chronicle: Chronicle, approval: Json, agent: Json) -> None:
    chronicle.tenant.shown[approval["approval_id"]] = _card(approval)
    chronicle.tenant.shown_agents[agent["agent_id"]] = agent


def _ends(chronicle: Chronicle, number: int, case: str, agent: str) -> None:
    ids = {"case_id": f"cas_{number}", "agent_id": f"agt_{number}"}
    end = {**ids, "fate": "told", "allowed": [{"case": case, "agent": agent}]}
    chronicle.tenant.ends.append(end)
