"""Whether a new spec is a proposal or an evolution."""

from events.agents import NEVER_DEPLOYED, CaseKind
from events.specs import Spec
from functions.agents.rules.agent import Agent
from functions.agents.rules.classification import classify
from functions.agents.rules.duties import SUBMITTERS
from functions.agents.rules.normal_form import normal_form
from functions.agents.rules.rights import Powers
from shared.kit.canonical import content_hash
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.parsing import refused
from shared.kit.wording import one_of

CHANGEABLE = frozenset(
    {"certified", "trial", "go_live_pending", "active", "paused", "suspended", "probation"}
)


def refuse_new_name(name: str, spec: Spec) -> None:
    """Raises Invalid for a spec that renames its agent, because other agents depend on the name."""
    if spec.name != name:
        raise Invalid(FieldError("name", f"must stay {name}; another name is another agent"))


def changed_kind(agent: Agent, old: Spec | None, new: Spec) -> tuple[CaseKind, tuple[str, ...]]:
    """The kind of the case that changes `agent` from its `old` spec (None: erased) to the `new`
    one, and why. An agent that never ran is created anew. Raises VersionConflict while a case is
    open or for an agent that has ended, Invalid where nothing changes."""
    if agent.case_id is not None:
        raise VersionConflict(
            f"the case {agent.case_id} of this agent is still open: revise it, wait for its end, or"
            f" let {SUBMITTERS}, or somebody with a role that cancels cases, cancel it"
        )
    if agent.status not in CHANGEABLE:
        raise VersionConflict(
            f"it is {agent.status}; an agent takes a change while it is {one_of(CHANGEABLE)}"
        )
    if agent.deployed is None:
        return "creation", ()
    if agent.deployed.spec_hash == content_hash(normal_form(Powers(new))):
        raise refused("changes nothing; send the spec with what should be different")
    if old is None:
        return "evolution", ("the spec that it changes was erased",)
    return classify(old, new)


def version_after(current: str, kind: CaseKind) -> str:
    """The version that a case of `kind` makes of `current`: an evolution is a major one, a proposal
    a minor one."""
    if current == NEVER_DEPLOYED:
        return "1.0.0"
    major, minor, _ = (int(part) for part in current.split("."))
    return f"{major}.{minor + 1}.0" if kind == "proposal" else f"{major + 1}.0.0"
