"""What the people of the machine write: contents, rules, policies, precedents and specs.

There are few of each, so that contents repeat and precedents cover what others sent."""

from functools import cache
from typing import Any

from tests.attacks.adversary.seen import ANN, DEPUTY, GOVERNOR, MAL, Json
from tests.functions.agents.specs import document
from tests.functions.approvals.builders import RATIONALE

CONTENTS: tuple[Json, ...] = (
    {"action": "reindex", "rows": 1200},
    {"action": "reindex", "rows": 1201},
    {"action": "reindex", "rows": 9_000_000},
    {"action": "drop", "rows": 1200},
    {"action": "reindex", "rows": 1200, "reversible": False},
    {"action": "reindex", "rows": 1200, "classification": "restricted"},
    # Says what the first one says.
    {"action": "reindex", "rows": 1200, "what": "Re-Index!"},
)
# Asked for one after the other: the same, the same in other words, or something else.
PAIRS: tuple[tuple[Json, Json], ...] = tuple(
    (CONTENTS[first], CONTENTS[second])
    for first, second in ((0, 0), (0, -1), (-1, 0), (1, 1), (0, 1), (2, 3))
)
SUBJECTS = ("job-7", "job-8", "job-9")
# Kind, effect and amount.
FORMS: tuple[tuple[str, str | None, int | None], ...] = (
    ("execution", None, None),
    ("artifact", "draft", None),
    ("execution", "delete", None),
    ("communication", "send", None),
    ("financial", "pay", 5_000_000_000_000),
    ("financial", "read", 0),
    ("constitutional", None, None),
    # None of these is what it says it is.
    ("artifact", "pay", None),
    ("execution", "send", None),
    ("artifact", None, 5_000_000),
)
RULES: tuple[Json | None, ...] = (
    None,
    {"kind": "any", "of": [{"principal": ANN}]},
    {"kind": "any", "of": [{"role": "legal"}, {"role": DEPUTY}]},
    {"kind": "all", "of": [{"role": GOVERNOR}, {"principal": MAL}]},
    {"kind": "all", "of": [{"role": GOVERNOR}, {"role": GOVERNOR}]},
    {"kind": "m_of_n", "m": 2, "of": [{"role": GOVERNOR}, {"role": "legal"}, {"role": DEPUTY}]},
)
SECONDS = (None, None, None, 1, 60, 600, 900, 1_799, 1_800, 7_200, 14_400, 86_400, 40 * 86_400)
PLAN = "Restore the previous index from its snapshot."


def request(
    form: tuple[str, str | None, int | None],
    content: Json,
    subject: str = SUBJECTS[0],
    **fields: Any,
) -> Json:
    """The body of a request for approval."""
    kind, effect, amount = form
    body = {
        "kind": kind,
        "effect": effect,
        "amount_usd_micros": amount,
        "subject": {"type": "job", "id": subject},
        "summary": "Rebuild the index",
        "content": content,
        "evidence": ["it was rehearsed"],
        "rollback_plan": PLAN,
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


def entry(kind: str, rule: Json | None, **fields: Any) -> Json:
    """One entry of a policy; any governor decides unless a rule says otherwise."""
    return {"kind": kind, "rule": rule or {"kind": "any", "of": [{"role": GOVERNOR}]}, **fields}


LEGAL = {"kind": "any", "of": [{"role": "legal"}]}
BOTH = {"kind": "all", "of": [{"role": GOVERNOR}, {"role": "legal"}]}
TWO_GOVERNORS, TWO_OF_THREE = RULES[-2:]
# The policies that a tenant begins with: as Assent comes, or as hana once agreed.
POLICIES: tuple[tuple[Json, ...], ...] = (
    (),
    (),
    (
        entry("execution", LEGAL),
        entry("financial", LEGAL),
        entry("artifact", None, silence_approves=[MAL]),
    ),
    (
        entry("execution", BOTH, shortest_deadline_seconds=3_600),
        entry("artifact", None, silence_approves=[MAL, ANN], deadline_seconds=7_200),
        entry("financial", TWO_OF_THREE),
        entry("financial", BOTH, min_amount_usd_micros=10**9),
    ),
    (
        entry("execution", TWO_GOVERNORS),
        entry("artifact", TWO_GOVERNORS),
        entry("constitutional", BOTH),
    ),
)


def seed(conditions: int, kind: str, title: str, example: str | None) -> Json:
    """The body of a precedent; `conditions` chooses what it covers."""
    narrow = {"field": "content.action", "op": "eq", "value": "reindex"}
    chosen = (
        [narrow],
        [narrow, {"field": "content.rows", "op": "le", "value": 1_200}],
        [{"field": "content.action", "op": "in", "value": ["reindex", "drop"]}],
        [{"field": "content.rows", "op": "ge", "value": 0}],
        [{"field": "content.industry", "op": "eq", "value": "healthcare"}],
    )[conditions % 5]
    return {
        "title": title,
        "domain": "GEN" if kind == "constitutional" else "GOV",
        "kind": kind,
        "max_risk": "low" if kind == "constitutional" else "medium",
        "conditions": chosen,
        "rationale": RATIONALE,
        **({"example_approval_id": example} if example else {}),
    }


_SPECS: tuple[tuple[str, Json], ...] = (
    ("healthcare-content-writer", {}),
    ("healthcare-content-writer", {"mode": "trial"}),
    ("healthcare-content-writer", {"budget": {"per_run_usd": 0.1, "per_day_usd": 1}}),
    ("healthcare-content-writer", {"industry": "clinics"}),
    ("healthcare-content-writer", {"containment__rollback": ""}),  # returned
    ("finance-pays-alone", {}),  # escalated
    ("finance-pays-alone", {"budget": {"per_run_usd": 0.1, "per_day_usd": 1}}),
)
ESCALATED = 5
SPECS = len(_SPECS)


@cache
def _spec(number: int) -> Json:
    slug, changes = _SPECS[number % SPECS]
    return document(slug, **changes)


def spec(number: int, name: str) -> Json:
    """The text of an agent."""
    return {**_spec(number), "name": name}
