"""Cases and agents: none lost, none made up, none stuck, each as its approval has it."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Tenant

_OVER = ("live", "rolled_back", "rollback_failed", "rejected", "blocked", "cancelled")
# How a case may stand beside the last approval it asked for, once every deadline has passed. Only a
# case that was returned can be cancelled without its approval.
_BESIDE: dict[str, tuple[str, ...]] = {
    "approved": ("live", "rolled_back"),
    "confirmed": ("live", "rolled_back"),
    "rejected": ("rejected",),
    "expired": ("rejected",),
    "changes_requested": ("returned", "cancelled"),
    "cancelled": ("cancelled",),
    "reversed": ("rolled_back", "cancelled"),
    "reversal_failed": ("rollback_failed",),
}
_CONSIDERED = 10


def nothing_accepted_is_lost(tenant: Tenant) -> Iterator[str]:
    accepted = {
        said["answer"]["case_id"]
        for said in tenant.said
        if said["status"] == 202 and "stage" in said["answer"]
    }
    stored = set(tenant.documents["creation_cases"])
    for id in accepted - stored:
        yield f"case {id} was accepted and is not there"
    for id in stored - accepted:
        yield f"case {id} is there and nobody was told"


def cases_stand_beside_their_approvals(tenant: Tenant) -> Iterator[str]:
    approvals = tenant.states("approvals")
    deployed = Counter(
        event["data"]["live_case_id"] for event in tenant.events if "live_case_id" in event["data"]
    )
    for id, case in tenant.states("creation_cases").items():
        status = case["status"]
        approval = approvals.get(case["approval_id"] or "", {}).get("status")
        if approval is not None and status not in _BESIDE.get(approval, ()):
            yield f"case {id} is {status} beside an approval that is {approval}"
        elif approval is None and status not in (*_OVER, "returned"):
            yield f"case {id} is {status} and waits for nothing"
        if deployed[id] > 1 or (status == "live" and deployed[id] != 1):
            yield f"case {id} is {status} and was deployed {deployed[id]} times"


def agents_run_what_was_assented_to(tenant: Tenant) -> Iterator[str]:
    cases = tenant.states("creation_cases")
    names = tenant.documents["agent_names"].items()
    claims = {claim["agent_id"]: name for name, claim in names}
    for id, agent in tenant.states("agents").items():
        runs = agent["status"] not in ("draft", "certified", "deprecated")
        deployed = agent["deployed"]
        if runs != (deployed is not None):
            yield f"agent {id} is {agent['status']} and runs {agent['version']}"
        status = cases[deployed["case_id"]]["status"] if deployed else "live"
        if status not in ("live", "rollback_failed"):
            yield f"agent {id} runs the case {deployed['case_id']}, which is {status}"
        if (claims.get(id) == agent["name"]) != (agent["status"] != "deprecated"):
            yield f"agent {id} is {agent['status']} and has claimed {claims.get(id)}"
        open_case = agent["case_id"]
        if runs and open_case is not None and cases[open_case]["ended_at"] is not None:
            yield f"agent {id} has the case {open_case} open, which is over"


def the_breaker_trips(tenant: Tenant) -> Iterator[str]:
    changes = [e["data"] for e in tenant.events if e["subject"].startswith("pipeline/")]
    latest = changes[-1] if changes else {"paused": False, "changed_at": ""}
    ends = sorted(
        (case["ended_at"], case["status"] == "rolled_back")
        for case in tenant.states("creation_cases").values()
        if case["ended_at"] is not None and case["ended_at"] > latest["changed_at"]
    )
    rolled_back = sum(is_rolled_back for _, is_rolled_back in ends[-_CONSIDERED:])
    if not latest["paused"] and rolled_back > _CONSIDERED // 2:
        yield f"{rolled_back} of the last {_CONSIDERED} were rolled back, and it let them"


def every_case_ends_as_it_must(tenant: Tenant) -> Iterator[str]:
    cases, agents = tenant.states("creation_cases"), tenant.states("agents")
    for end in tenant.ends:
        case, agent = cases[end["case_id"]], agents[end["agent_id"]]
        found = {"case": case["status"], "agent": agent["status"], "version": agent["version"]}
        if not any(found | allowed == found for allowed in end["allowed"]):
            yield f"{end['fate']} {end['case_id']} is {found} and must be {end['allowed']}"
