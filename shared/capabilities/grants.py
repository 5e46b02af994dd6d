"""What a capability token says."""

from datetime import timedelta
from typing import Literal

from shared.kit.instants import Instant
from shared.kit.models import Data

# Rehearsals and replays have tokens too, which act nowhere. What undoes acts also where the agent
# does not serve any more.
Purpose = Literal["act", "undo", "rehearse", "replay"]
ACTING = frozenset({"act", "undo"})

# How long a token may act: a call and what it waits for.
LONGEST_LIFE = timedelta(seconds=300)


class Right(Data):
    """Whose rights a token carries: those of one version of an agent, in one run of one plan."""

    tenant_id: str
    workspace_id: str | None = None
    run_id: str
    plan_hash: str
    agent_id: str
    agent_version: str
    purpose: Purpose = "act"


class Part(Data):
    """The run that a step of the run `above` starts: the right of that one is handed down to it,
    for the plan and the agent that the plan above names."""

    above: str
    run_id: str
    plan_hash: str
    agent_id: str
    agent_version: str


class History(Data):
    """What happened in the run before a call: the operations that were called, how often the
    call's own was, the US cents in those calls, where its right limits an amount, and what all
    calls have cost; and `labels`, of all that its arguments were made of."""

    before: tuple[str, ...] = ()
    calls: int = 0
    usd_cents: int = 0
    spent_usd_micros: int = 0
    labels: tuple[str, ...] = ()


class Deed(Data):
    """The one call that a token is for, and until when. `arguments_sha256` is the hash of their
    canonical JSON. An iteration is None outside of `for_each`. `history` is what the minter says of
    its run. `pin` is the definition that the plan has of a connector; empty for what is our own."""

    step: str
    iteration: int | None = None
    operation: str
    invocation_id: str
    arguments_sha256: str
    expires_at: Instant
    history: History = History()
    pin: str = ""


class Assent(Data):
    """Who assented to what: `content_hash` names the plan, or the step's calls."""

    content_hash: str
    approval_id: str
    assented_by: str


class Grant(Data):
    """All that a verified token says. `token_id` names it, and nothing else; `token_ids` are its
    own and those of all tokens that it was made of. `right` is that of the innermost run, `above`
    are those of the runs that it is a part of. `assent` is there where somebody had to."""

    token_id: str
    token_ids: tuple[str, ...] = ()
    right: Right
    above: tuple[Right, ...] = ()
    deed: Deed
    assent: Assent | None = None
